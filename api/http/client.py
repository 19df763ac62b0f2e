"""The client of a request: its address, and noticing that it has left."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

T = TypeVar("T")


def client_of(request: Request) -> str:
    """The address of the client: of its proxy, where that is not trusted to say for whom it asks; empty on a socket."""
    return request.client.host if request.client else ""


async def wait_until_gone(receive: Receive) -> None:
    """Return when the client has left; only for a request whose body was read, or is not needed."""
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    except Exception:  # noqa: BLE001 - a body that nobody needs is too long: the request may still be answered
        await asyncio.Event().wait()


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Result of the work, which is cancelled when the client leaves. Raises what it raises, and ClientDisconnect."""
    working, gone = asyncio.create_task(work), asyncio.create_task(wait_until_gone(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        gone.cancel()
        if working.cancel():
            await asyncio.wait({working})
