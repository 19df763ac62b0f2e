"""Client of a request: its address, and detection of its disconnect."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

T = TypeVar("T")


def get_client_address(request: Request) -> str:
    """Return the client's address; the proxy's address if the proxy is not trusted; empty on a Unix socket."""
    return request.client.host if request.client else ""


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client disconnects. The request's body has to be read already, or not needed."""
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    except Exception:  # noqa: BLE001 - an unneeded body that is too long: the request may still be answered
        await asyncio.Event().wait()


async def run_until_disconnect(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of the work, or cancel it and raise ClientDisconnect when the client disconnects."""
    working, gone = asyncio.create_task(work), asyncio.create_task(wait_for_disconnect(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        gone.cancel()
        if working.cancel():
            await asyncio.wait({working})
