"""Route a read to the primary or a replica: one statement on its own connection, or several in one transaction."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from typing import Annotated, Any, Protocol, TypeVar

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import Executable
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.concurrency.fair_queue import FairQueue
from api.database.errors import LIMITS_EXCEEDED, TOO_LONG, VALUE_OUT_OF_RANGE, find_failure
from api.database.prepared_statements import Row, ShapedQuery, fetch_row, prepare_statement, translate_driver_errors
from api.exceptions import Overloaded
from api.settings import get_settings
from models.tables.revision import select_latest_revision

T = TypeVar("T")


class IdleConnections:
    """Up to `most` connections of an engine's pool, checked out between statements until `let_go`.

    This skips the pool's overhead, a tenth of the time of a small answer. At most `most` connections are in use at a
    time, so waiting requests get theirs in order. With `most` 0 each connection returns to the pool at once, and only
    the pool limits their number.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._free: list[Any] = []
        self._slots_in_use = asyncio.Semaphore(most) if most else None

    async def run_query(self, question: Callable[[Any], Awaitable[T]]) -> T:
        """Run `question` on a driver connection and return its result; after a failure the pool gets the connection.

        Raises Overloaded if no connection is free in time.
        """
        await self._wait_for_slot()
        try:
            connection = await self._take_connection()
            try:
                answer = await question(connection.driver_connection)
            except BaseException:
                connection.close()
                raise
            self._put_back(connection)
            return answer
        finally:
            if self._slots_in_use:
                self._slots_in_use.release()

    async def _wait_for_slot(self) -> None:
        if self._slots_in_use is None:
            return
        try:
            async with (
                asyncio.timeout(get_settings().crossings_pool_wait_s) if self._slots_in_use.locked() else nullcontext()
            ):
                await self._slots_in_use.acquire()
        except TimeoutError:
            raise Overloaded("All connections to the database are in use.") from None

    def release_idle(self) -> None:
        """Return the idle connections to the pool."""
        while self._free:
            self._free.pop().close()

    async def _take_connection(self) -> Any:  # noqa: ANN401 - a pooled connection
        while self._free:
            connection = self._free.pop()
            if not connection.driver_connection.is_closed():
                return connection
            connection.close()
        return await self._engine.raw_connection()

    def _put_back(self, connection: Any) -> None:  # noqa: ANN401
        if len(self._free) < self._most:
            self._free.append(connection)
        else:
            connection.close()


# Key of the request's scope for the oldest revision that its answer may have; None allows any revision.
REVISION = "crossings.revision"
# Failures of the request, which would take as long on the primary or fail there too. After all other failures of a
# replica the primary answers.
REQUEST_FAILURES = (TOO_LONG, LIMITS_EXCEEDED, VALUE_OUT_OF_RANGE)
FAILURES = (SQLAlchemyError, OSError, Overloaded)
BUSY = "All connections to the database are in use."
MAX_WAITING = 1000


class DatabaseReader(Protocol):
    """Source of rows for answers."""

    async def fetch_row(
        self, statement: Executable | ShapedQuery, values: Mapping[str, Any], *, time_limit_s: float | None = None
    ) -> Row:
        """Fetch the one row of a cached statement of ours; the statement sees one snapshot of the database.

        The limit ends a longer statement, like PostgreSQL's own time-out. A client's values must not be part of the
        statement: its constants are written into the text.
        """
        ...

    def open_read_connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a read-only connection; all its statements see one snapshot of the database."""
        ...


class Database:
    """One database and its connections.

    The statements of `row` use `answering_engine`, which plans for all values. Some of its connections stay checked out
    between statements: call `at_hand.let_go` before the engine is disposed of.

    At most `max_reading` connections of `engine` read at a time. Further reads wait in order: SQLAlchemy's pool has no
    order, and some requests waited for ever. `being_made` counts the unfinished calls of `row`.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        answering_engine: AsyncEngine,
        *,
        through_pgbouncer: bool = False,
        at_hand: int = 0,
        max_reading: int = 10,
    ) -> None:
        self.engine = engine
        self.answering_engine = answering_engine
        self.through_pgbouncer = through_pgbouncer
        self.idle_connections = IdleConnections(answering_engine, at_hand)
        self.active_queries = 0
        self.read_queue = FairQueue(BUSY, max_reading, MAX_WAITING, get_settings().crossings_pool_wait_s)

    async def fetch_row(
        self, statement: Executable | ShapedQuery, values: Mapping[str, Any], *, time_limit_s: float | None = None
    ) -> Row:
        prepared_statement = await prepare_statement(statement)

        async def row_from(driver: Any) -> Row:  # noqa: ANN401 - asyncpg's
            # PgBouncer changes servers between the two messages of a statement, unless they are in a transaction.
            async with driver.transaction(readonly=True) if self.through_pgbouncer else nullcontext():
                return await wait_for_row(time_limit_s, fetch_row(driver, prepared_statement, values))

        self.active_queries += 1
        try:
            with translate_driver_errors(prepared_statement):
                return await self.idle_connections.run_query(row_from)
        finally:
            self.active_queries -= 1

    @asynccontextmanager
    async def open_read_connection(self) -> AsyncIterator[AsyncConnection]:
        engine = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with self.read_queue.acquire_place(None), engine.connect() as connection:
            yield connection


async def wait_for_row(time_limit_s: float | None, row: Awaitable[Row]) -> Row:
    """Wait for the driver's row, or raise asyncpg's time-out error at the limit; None waits without a limit.

    The driver has PostgreSQL end the statement. PostgreSQL's own time-out would cost one message more per statement.
    """
    if time_limit_s is None:
        return await row
    try:
        async with asyncio.timeout(time_limit_s):
            return await row
    except TimeoutError:
        raise asyncpg.QueryCanceledError(f"the statement took longer than {time_limit_s:g} s") from None


class ReplicaReader:
    """Reads from a replica that has the wanted revision, and from the primary if the replica is too old or fails.

    A client never gets an older answer than the primary had when the request came. While the primary is away, that
    revision is not available, and the replica answers.
    """

    def __init__(self, primary: Database, replica: Database, wanted: dt.datetime | None) -> None:
        self.primary = primary
        self.replica = replica
        self.min_revision = wanted

    async def fetch_row(
        self, statement: Executable | ShapedQuery, values: Mapping[str, Any], *, time_limit_s: float | None = None
    ) -> Row:
        try:
            row = await self.replica.fetch_row(statement, values, time_limit_s=time_limit_s)
        except FAILURES as error:
            if find_failure(error) in REQUEST_FAILURES:
                raise
        else:
            if self._is_new_enough(row["revision"]):
                return row
        return await self.primary.fetch_row(statement, values, time_limit_s=time_limit_s)

    @asynccontextmanager
    async def open_read_connection(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            connection = await self._open_replica_connection(stack)
            if connection is None:
                # Do not hold a connection to each database.
                await stack.aclose()
                connection = await stack.enter_async_context(self.primary.open_read_connection())
            yield connection

    async def _open_replica_connection(self, stack: AsyncExitStack) -> AsyncConnection | None:
        try:
            connection = await stack.enter_async_context(self.replica.open_read_connection())
            is_new_enough = self._is_new_enough(await connection.scalar(select_latest_revision()))
        except FAILURES:
            return None
        return connection if is_new_enough else None

    def _is_new_enough(self, revision: dt.datetime | None) -> bool:
        return self.min_revision is None or (revision is not None and revision >= self.min_revision)


async def get_reader(request: Request) -> DatabaseReader:
    """Return the database that answers this request (FastAPI dependency).

    Only public data comes from a replica: an office's own data has no revision to wait for.
    """
    state = request.app.state
    if state.replica is None or REVISION not in request.scope:
        database: Database = state.database
        return database
    return ReplicaReader(state.database, state.replica, request.scope[REVISION])


RoutedReader = Annotated[DatabaseReader, Depends(get_reader)]
