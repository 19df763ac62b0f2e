"""Connections of a request to the database, opened here and nowhere else.

None is held while a client sends or reads: declare what reads the body before the connection. A transaction ends
before the answer is sent (scope "function").
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
    """A connection whose statements all see the database at one moment, and that cannot write."""
    async with answers.reading() as connection:
        yield connection


async def writing(request: Request, caller: KnownCaller) -> AsyncIterator[AsyncConnection]:
    """A transaction for writes that publish nothing, committed before the answer and rolled back after a failure."""
    writers: Writers = request.app.state.writers
    async with _by(request, caller, writers.change(caller.office_id, _gone(request))) as connection:
        yield connection


async def publishing(request: Request, caller: KnownCaller) -> AsyncIterator[AsyncConnection]:
    """A transaction that may publish; once it has ended, every process answers with what it published."""
    async with publishing_by(request, caller) as connection:
        yield connection


def publishing_by(request: Request, caller: Caller) -> AbstractAsyncContextManager[AsyncConnection]:
    """The same, where a request decides in the middle whether it needs one."""
    writers: Writers = request.app.state.writers
    return _by(request, caller, writers.publish(caller.office_id, _gone(request)))


@asynccontextmanager
async def _by(
    request: Request, caller: Caller, transaction: AbstractAsyncContextManager[AsyncConnection]
) -> AsyncIterator[AsyncConnection]:
    """The transaction, if the caller still is who it was before it waited for its turn."""
    async with transaction as connection:
        await refuse_changed(request, connection, caller)
        yield connection


def _gone(request: Request) -> Gone:
    return partial(wait_until_gone, request.receive)


Reading = Annotated[AsyncConnection, Depends(reading, scope="function")]
Writing = Annotated[AsyncConnection, Depends(writing, scope="function")]
Publishing = Annotated[AsyncConnection, Depends(publishing, scope="function")]
