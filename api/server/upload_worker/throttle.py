"""Throttle of large posts: while others need the processors, an update pauses half of the time.

PostgreSQL uses a whole processor for a statement, even if the client process has a low priority. With these pauses
readers had two thirds of their speed during an update, on two processors.
"""

import asyncio
from time import perf_counter, process_time
from typing import Any

import psutil
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

# Shorter pauses hardly helped readers.
MIN_PAUSE_S = 0.15
# A statement that takes longer has mostly waited for another writer.
MAX_PAUSE_S = 0.4
# Total of one transaction, so that pauses add little on a slow machine. A weekly update may take 5 s.
MAX_TRANSACTION_PAUSE_S = 1.25
# On two processors: one that works for the post alone, and some load of the system.
BUSY_PERCENT = 70


def throttle_engine(engine: AsyncEngine) -> None:
    """Make transactions of the engine pause as long as the statements and this process's work since took."""
    pace = _Throttle()
    event.listen(engine.sync_engine, "begin", pace.handle_begin)
    event.listen(engine.sync_engine, "before_cursor_execute", pace.start_statement)
    event.listen(engine.sync_engine, "after_cursor_execute", pace.end_statement)


class _Throttle:
    def __init__(self) -> None:
        self._own_s = process_time()
        self._owed_s = 0.0

    def handle_begin(self, connection: Connection) -> None:
        connection.info["pauses_left_s"] = MAX_TRANSACTION_PAUSE_S

    def start_statement(self, *given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        _, _, _, _, context, _ = given
        context.began_s = perf_counter()

    def end_statement(self, *given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        connection, _, _, _, context, _ = given
        own_s, self._own_s = process_time() - self._own_s, process_time()
        self._owed_s += perf_counter() - context.began_s + own_s
        if self._owed_s >= MIN_PAUSE_S:
            self._pause(connection, min(self._owed_s, MAX_PAUSE_S, connection.info["pauses_left_s"]))
            self._owed_s = 0.0

    def _pause(self, connection: Connection, pause_s: float) -> None:
        if psutil.cpu_percent() < BUSY_PERCENT:
            return
        connection.info["pauses_left_s"] -= pause_s
        driver: Any = connection.connection.dbapi_connection
        driver.run_async(lambda _: asyncio.sleep(pause_s))
