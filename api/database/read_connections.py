"""Connections for reads: with a time limit, or several on one snapshot."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.read_routing import DatabaseReader, RoutedReader
from api.settings import get_settings

# Never longer than the connection's present timeout, where 0 means no limit.
SET_STATEMENT_TIMEOUT = text("""
    SELECT set_config('statement_timeout', CAST(least(
        nullif(CAST(1000 * extract(epoch FROM CAST(current_setting('statement_timeout') AS interval)) AS integer), 0),
        CAST(:milliseconds AS integer)
    ) AS text), true)
""")


@asynccontextmanager
async def open_limited_connection(answers: DatabaseReader) -> AsyncIterator[AsyncConnection]:
    """Open a connection for reading with a statement timeout of CROSSINGS_PUBLIC_STATEMENT_TIMEOUT_S."""
    async with answers.open_read_connection() as connection:
        await connection.execute(
            SET_STATEMENT_TIMEOUT, {"milliseconds": get_settings().crossings_public_statement_timeout_s * 1000}
        )
        yield connection


async def _get_limited_connection(answers: RoutedReader) -> AsyncIterator[AsyncConnection]:
    async with open_limited_connection(answers) as connection:
        yield connection


LimitedConnection = Annotated[AsyncConnection, Depends(_get_limited_connection)]


Work = Callable[[AsyncConnection], Awaitable[Any]]


async def run_concurrently(connection: AsyncConnection, *works: Work) -> list[Any]:
    """Return the results of the works in their order: the first uses this connection, each other a separate one.

    All see the snapshot of this connection's transaction. No other connection sees the writes of a transaction, so a
    transaction that may write runs all works itself, in turn. A report on 100,000 points took half as long with three
    concurrent statements on two processors.
    """
    first, *others = works
    if not _is_read_only(connection):
        return [await work(connection) for work in works]
    snapshot: str = (await connection.execute(select(func.pg_export_snapshot()))).scalar_one()
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run_in_snapshot(connection, snapshot, work)) for work in others]
            first_result = await first(connection)
    except ExceptionGroup as failed:
        # It ended the other works; its type decides the client's answer.
        raise failed.exceptions[0] from failed
    return [first_result, *(task.result() for task in tasks)]


def _is_read_only(connection: AsyncConnection) -> bool:
    options = connection.sync_connection.get_execution_options() if connection.sync_connection else {}
    return bool(options.get("postgresql_readonly"))


async def _run_in_snapshot(connection: AsyncConnection, snapshot: str, work: Work) -> Any:  # noqa: ANN401 - the result of the work
    """Run the work on another connection of the engine: its transaction has the same options."""
    async with connection.engine.connect() as other:
        # The statement takes no parameters; the name comes from the database.
        await other.execute(text(f"SET TRANSACTION SNAPSHOT '{snapshot}'"))
        return await work(other)
