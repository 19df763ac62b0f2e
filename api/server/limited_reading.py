"""Reading for anybody: each statement has less time than those of offices, files and reports have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answering, Answers
from api.settings import settings

# No longer than what the connection has already; 0 there is no limit.
LIMIT = text("""
    SELECT set_config('statement_timeout', CAST(least(
        nullif(CAST(1000 * extract(epoch FROM CAST(current_setting('statement_timeout') AS interval)) AS integer), 0),
        CAST(:milliseconds AS integer)
    ) AS text), true)
""")


@asynccontextmanager
async def limited_reading(answers: Answers) -> AsyncIterator[AsyncConnection]:
    """A connection for reading whose statements are ended by PostgreSQL after CROSSINGS_PUBLIC_STATEMENT_TIMEOUT_S."""
    async with answers.reading() as connection:
        await connection.execute(LIMIT, {"milliseconds": settings().crossings_public_statement_timeout_s * 1000})
        yield connection


async def _limited(answers: Answering) -> AsyncIterator[AsyncConnection]:
    async with limited_reading(answers) as connection:
        yield connection


LimitedReading = Annotated[AsyncConnection, Depends(_limited)]
