"""The pace of large posts: as long as others want the processors, half of the time is left to them.

However polite its client is, the database takes all of a processor for a statement. Readers, who share what is left,
kept two thirds of their speed beside an update on two processors.
"""

import asyncio
from time import perf_counter, process_time
from typing import Any

import psutil
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

# After less than this readers had hardly been given their processors back.
SHORTEST_PAUSE_S = 0.15
# A statement that takes longer has mostly waited, for whoever writes just now.
LONGEST_PAUSE_S = 0.4
# Of one transaction, so that a slow machine is not much slower for it. A weekly update may take 5 s.
PAUSES_S = 1.25
# Of two processors, one that works for nobody but the post, and some of what the system does.
BUSY_PERCENT = 70


def keep_pace(engine: AsyncEngine) -> None:
    """Have transactions of the engine pause after statements as long as those took, and this process since."""
    pace = _Pace()
    event.listen(engine.sync_engine, "begin", pace.begins)
    event.listen(engine.sync_engine, "before_cursor_execute", pace.works)
    event.listen(engine.sync_engine, "after_cursor_execute", pace.worked)


class _Pace:
    def __init__(self) -> None:
        self._own_s = process_time()
        self._owed_s = 0.0

    def begins(self, connection: Connection) -> None:
        connection.info["pauses_left_s"] = PAUSES_S

    def works(self, *given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        _, _, _, _, context, _ = given
        context.began_s = perf_counter()

    def worked(self, *given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        connection, _, _, _, context, _ = given
        own_s, self._own_s = process_time() - self._own_s, process_time()
        self._owed_s += perf_counter() - context.began_s + own_s
        if self._owed_s >= SHORTEST_PAUSE_S:
            self._pause(connection, min(self._owed_s, LONGEST_PAUSE_S, connection.info["pauses_left_s"]))
            self._owed_s = 0.0

    def _pause(self, connection: Connection, pause_s: float) -> None:
        if psutil.cpu_percent() < BUSY_PERCENT:
            return
        connection.info["pauses_left_s"] -= pause_s
        driver: Any = connection.connection.dbapi_connection
        driver.run_async(lambda _: asyncio.sleep(pause_s))
