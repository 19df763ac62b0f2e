"""Current revision of the database, queried once for all concurrent requests.

A cached response may be sent only if nothing was published since it was computed. Notifications (NOTIFY) arrive some
time after a writer's update is confirmed. So the revision is queried after the request has arrived, and trusted for
as long as a writer waits before it confirms: see api/database/publish_barrier.py.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from typing import Any, Self

from sqlalchemy.exc import SQLAlchemyError

from api.database.prepared_statements import compile_once, translate_driver_errors
from api.database.publish_barrier import REVISION_TTL_S
from api.database.read_routing import Database
from models.tables.revision import REVISION_CHANNEL, select_latest_revision

Revision = dt.datetime | None
LATEST_REVISION = select_latest_revision()


class RevisionWatcher:
    """The database's revision, over one persistent connection. `on_change` is called when something is published."""

    def __init__(self, database: Database, on_change: Callable[[], None]) -> None:
        self._database = database
        self._on_change = on_change
        self._connection: Any = None
        self._next_result: asyncio.Future[Revision] | None = None
        self._query_task: asyncio.Task[None] | None = None
        self._revision: Revision = None
        self._trusted_until_s = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._drop_connection()

    async def get_current(self) -> Revision:
        """Return the time of the last change that was confirmed before this call; None before the first change.

        Raises SQLAlchemyError if the database is down.
        """
        if time.monotonic() < self._trusted_until_s:
            return self._revision
        if self._next_result is None:
            self._next_result = asyncio.get_running_loop().create_future()
        answer = self._next_result
        if self._query_task is None:
            self._query_task = asyncio.create_task(self._query_waiting())
        return await asyncio.shield(answer)

    async def _query_waiting(self) -> None:
        while self._next_result is not None:
            waiting, self._next_result = self._next_result, None
            # Counted from before the query is sent: the query may miss anything published after that.
            began_s = time.monotonic()
            try:
                self._revision = await self._fetch_latest()
                self._trusted_until_s = began_s + REVISION_TTL_S
                waiting.set_result(self._revision)
            except Exception as error:  # noqa: BLE001 - raised in every request that waits
                waiting.set_exception(error)
                waiting.exception()
        self._query_task = None

    async def _fetch_latest(self) -> Revision:
        """Fetch the revision. If the connection was lost since its last use, retry once over a new connection."""
        if self._database.through_pgbouncer:
            return (await self._database.fetch_row(LATEST_REVISION, {}))["recorded_at"]  # type: ignore[no-any-return]
        is_kept = self._connection is not None
        try:
            with translate_driver_errors(compile_once(LATEST_REVISION)):
                connection = self._connection or await self._open_connection()
                revision: Revision = await connection.driver_connection.fetchval(compile_once(LATEST_REVISION).text)
        except SQLAlchemyError:
            self._drop_connection()
            if not is_kept:
                raise
            return await self._fetch_latest()
        return revision

    async def _open_connection(self) -> Any:  # noqa: ANN401 - a pooled connection
        self._connection = await self._database.answering_engine.raw_connection()
        await self._connection.driver_connection.add_listener(REVISION_CHANNEL, lambda *_: self._handle_notification())
        return self._connection

    def _handle_notification(self) -> None:
        self._trusted_until_s = 0.0
        self._on_change()

    def _drop_connection(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
