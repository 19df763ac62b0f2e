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

from api.auth.dependencies import AuthenticatedCaller, Caller, refuse_changed
from api.concurrency.fair_queue import WaitUntilGone
from api.database.read_routing import RoutedReader
from api.database.write_queue import Writers
from api.http.client import wait_for_disconnect


async def get_read_connection(answers: RoutedReader) -> AsyncIterator[AsyncConnection]:
    """Open a read-only connection; all its statements see one snapshot of the database."""
    async with answers.open_read_connection() as connection:
        yield connection


async def get_write_connection(request: Request, caller: AuthenticatedCaller) -> AsyncIterator[AsyncConnection]:
    """Open a transaction for writes that publish nothing; commit before the answer, roll back after a failure."""
    writers: Writers = request.app.state.writers
    async with _open_checked(
        request, caller, writers.change(caller.office_id, _build_disconnect_waiter(request))
    ) as connection:
        yield connection


async def get_publish_connection(request: Request, caller: AuthenticatedCaller) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that may publish; once it has ended, every process answers with the published data."""
    async with open_publish_connection(request, caller) as connection:
        yield connection


def open_publish_connection(request: Request, caller: Caller) -> AbstractAsyncContextManager[AsyncConnection]:
    """Open a publishing transaction for a request that decides during its work whether it needs one."""
    writers: Writers = request.app.state.writers
    return _open_checked(request, caller, writers.publish(caller.office_id, _build_disconnect_waiter(request)))


@asynccontextmanager
async def _open_checked(
    request: Request, caller: Caller, transaction: AbstractAsyncContextManager[AsyncConnection]
) -> AsyncIterator[AsyncConnection]:
    """Open the transaction, and check that the caller's rights have not changed during the wait."""
    async with transaction as connection:
        await refuse_changed(request, connection, caller)
        yield connection


def _build_disconnect_waiter(request: Request) -> WaitUntilGone:
    return partial(wait_for_disconnect, request.receive)


ReadConnection = Annotated[AsyncConnection, Depends(get_read_connection, scope="function")]
WriteConnection = Annotated[AsyncConnection, Depends(get_write_connection, scope="function")]
PublishConnection = Annotated[AsyncConnection, Depends(get_publish_connection, scope="function")]
