"""Reading for anybody: each statement has less time than those of offices, files and reports have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answering, Answers
from api.settings import settings


@asynccontextmanager
async def limited_reading(answers: Answers) -> AsyncIterator[AsyncConnection]:
    """A connection for reading whose statements are ended by PostgreSQL after CROSSINGS_PUBLIC_STATEMENT_TIMEOUT_S."""
    async with answers.reading() as connection:
        milliseconds = settings().crossings_public_statement_timeout_s * 1000
        await connection.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
        yield connection


async def _limited(answers: Answering) -> AsyncIterator[AsyncConnection]:
    async with limited_reading(answers) as connection:
        yield connection


LimitedReading = Annotated[AsyncConnection, Depends(_limited)]
