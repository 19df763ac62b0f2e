"""Connections for public reading, with a shorter statement timeout than for offices, files and reports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends
from sqlalchemy import text
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
