"""Dependencies that open the database connection of a request.

No connection is held while a client sends or reads: declare the dependency that reads the body before the connection.
A transaction ends before the answer is sent (scope "function").
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answering
from api.callers import Caller, KnownCaller, refuse_changed
from api.http.client import wait_until_gone
from api.server.fair_queue import Gone
from api.writers import Writers


async def reading(answers: Answering) -> AsyncIterator[AsyncConnection]:
    """Open a read-only connection; all its statements see one snapshot of the database."""
    async with answers.reading() as connection:
        yield connection


async def writing(request: Request, caller: KnownCaller) -> AsyncIterator[AsyncConnection]:
    """Open a transaction for writes that publish nothing; commit before the answer, roll back after a failure."""
    writers: Writers = request.app.state.writers
    async with _by(request, caller, writers.change(caller.office_id, _gone(request))) as connection:
        yield connection


async def publishing(request: Request, caller: KnownCaller) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that may publish; once it has ended, every process answers with the published data."""
    async with publishing_by(request, caller) as connection:
        yield connection


def publishing_by(request: Request, caller: Caller) -> AbstractAsyncContextManager[AsyncConnection]:
    """Open a publishing transaction for a request that decides during its work whether it needs one."""
    writers: Writers = request.app.state.writers
    return _by(request, caller, writers.publish(caller.office_id, _gone(request)))


@asynccontextmanager
async def _by(
    request: Request, caller: Caller, transaction: AbstractAsyncContextManager[AsyncConnection]
) -> AsyncIterator[AsyncConnection]:
    """Open the transaction, and check that the caller's rights have not changed during the wait."""
    async with transaction as connection:
        await refuse_changed(request, connection, caller)
        yield connection


def _gone(request: Request) -> Gone:
    return partial(wait_until_gone, request.receive)


Reading = Annotated[AsyncConnection, Depends(reading, scope="function")]
Writing = Annotated[AsyncConnection, Depends(writing, scope="function")]
Publishing = Annotated[AsyncConnection, Depends(publishing, scope="function")]
