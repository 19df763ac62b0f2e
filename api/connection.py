"""One transaction a request, opened here and nowhere else."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answering
from api.publication import begin_noting, has_published, known_to_all


async def reading(answers: Answering) -> AsyncIterator[AsyncConnection]:
    """A connection whose statements all see the database at one moment, and that cannot write."""
    async with answers.reading() as connection:
        yield connection


async def writing(request: Request) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that is committed when the request was handled, and rolled back when it failed.

    What it published is what every process answers from when the request is answered.
    """
    engine = request.app.state.engine.execution_options(isolation_level="READ COMMITTED")
    async with engine.begin() as connection:
        begin_noting(connection)
        yield connection
        published = has_published(connection)
    if published:
        await known_to_all()


Reading = Annotated[AsyncConnection, Depends(reading)]
# Scope "function" ends the transaction before the answer is sent. The default ends it after, and a commit that
# failed would already have been answered with "created".
Writing = Annotated[AsyncConnection, Depends(writing, scope="function")]
