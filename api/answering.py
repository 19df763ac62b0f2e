"""How what is asked reaches a database: one statement on a connection of its own, or several in one transaction."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from typing import Annotated, Any, Protocol

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import Executable
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.at_hand import AtHand
from api.database_failures import BEYOND_LIMITS, BEYOND_VALUES, TOO_LONG, failure_of
from api.exceptions import Overloaded
from api.prepared import Row, ShapedQuery, as_sqlalchemy, row_of, text_of
from api.server.fair_queue import FairQueue
from api.settings import settings
from models.revision import latest_revision

# Where a request carries the revision that its answer has to be of, or newer; None: of any.
REVISION = "crossings.revision"
# Whatever ails a replica, the primary is asked; but not for what would take it as long, or fail as well.
OF_THE_REQUEST = (TOO_LONG, BEYOND_LIMITS, BEYOND_VALUES)
FAILURES = (SQLAlchemyError, OSError, Overloaded)
BUSY = "All connections to the database are in use."
MAX_WAITING = 1000


class Answers(Protocol):
    """Where answers come from."""

    async def row(
        self, statement: Executable | ShapedQuery, values: Mapping[str, Any], *, time_limit_s: float | None = None
    ) -> Row:
        """The one row of a statement of ours that is kept; it sees the database at one moment.

        What takes longer than the limit is ended there, as by PostgreSQL's own time-out. No value of a client's may be
        part of the statement: its constants are written into the text.
        """
        ...

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection whose statements all see the database at one moment, and that cannot write."""
        ...


class Database:
    """One database. The statements of `row` go through `answering_engine`, whose plans are made for all values, and of
    whose connections so many are kept `at_hand`: they are to be let go before the engine is disposed of.

    At most `max_reading` connections of `engine` are read from at a time. Who finds none waits in order: SQLAlchemy's
    pool gives a connection to whoever asks in the right moment, and some waited for ever. `being_made` counts the
    answers of one row for which somebody waits.
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
        self.at_hand = AtHand(answering_engine, at_hand)
        self.being_made = 0
        self.readers = FairQueue(BUSY, max_reading, MAX_WAITING, settings().crossings_pool_wait_s)

    async def row(
        self, statement: Executable | ShapedQuery, values: Mapping[str, Any], *, time_limit_s: float | None = None
    ) -> Row:
        kept = await text_of(statement)

        async def row_from(driver: Any) -> Row:  # noqa: ANN401 - asyncpg's
            # Between the two messages of a statement PgBouncer changes servers, unless they are in a transaction.
            async with driver.transaction(readonly=True) if self.through_pgbouncer else nullcontext():
                return await within(time_limit_s, row_of(driver, kept, values))

        self.being_made += 1
        try:
            with as_sqlalchemy(kept):
                return await self.at_hand.ask(row_from)
        finally:
            self.being_made -= 1

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        engine = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with self.readers.place(None), engine.connect() as connection:
            yield connection


async def within(time_limit_s: float | None, row: Awaitable[Row]) -> Row:
    """The row of the driver, or asyncpg's error of a time-out when the limit is over; None waits without a limit.

    The driver has PostgreSQL end the statement. To set PostgreSQL's own time-out takes a message more for each.
    """
    if time_limit_s is None:
        return await row
    try:
        async with asyncio.timeout(time_limit_s):
            return await row
    except TimeoutError:
        raise asyncpg.QueryCanceledError(f"the statement took longer than {time_limit_s:g} s") from None


class FromReplica:
    """Answers of a replica where it has the revision that is wanted, else of the primary, which also stands in for it.

    So nobody is given what is older than what the primary had when the request came. When the primary is away,
    nobody knows what that is, and the replica answers.
    """

    def __init__(self, primary: Database, replica: Database, wanted: dt.datetime | None) -> None:
        self.primary = primary
        self.replica = replica
        self.wanted = wanted

    async def row(
        self, statement: Executable | ShapedQuery, values: Mapping[str, Any], *, time_limit_s: float | None = None
    ) -> Row:
        try:
            row = await self.replica.row(statement, values, time_limit_s=time_limit_s)
        except FAILURES as error:
            if failure_of(error) in OF_THE_REQUEST:
                raise
        else:
            if self._is_new_enough(row["revision"]):
                return row
        return await self.primary.row(statement, values, time_limit_s=time_limit_s)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            connection = await self._reading_from_replica(stack)
            if connection is None:
                # Not a connection to each.
                await stack.aclose()
                connection = await stack.enter_async_context(self.primary.reading())
            yield connection

    async def _reading_from_replica(self, stack: AsyncExitStack) -> AsyncConnection | None:
        try:
            connection = await stack.enter_async_context(self.replica.reading())
            is_new_enough = self._is_new_enough(await connection.scalar(latest_revision()))
        except FAILURES:
            return None
        return connection if is_new_enough else None

    def _is_new_enough(self, revision: dt.datetime | None) -> bool:
        return self.wanted is None or (revision is not None and revision >= self.wanted)


async def answering(request: Request) -> Answers:
    """Dependency giving where the answer to this request comes from.

    From a replica only what anybody may read: what an office sees of its own work has no revision to wait for.
    """
    state = request.app.state
    if state.replica is None or REVISION not in request.scope:
        database: Database = state.database
        return database
    return FromReplica(state.database, state.replica, request.scope[REVISION])


Answering = Annotated[Answers, Depends(answering)]
