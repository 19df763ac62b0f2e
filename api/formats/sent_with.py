"""An answer that is read from the database while it is sent."""

from contextlib import AsyncExitStack

from fastapi import Response
from starlette.types import Receive, Scope, Send


class SentWith(Response):
    """The response, during which what `opened` holds stays open; it is closed also when the client goes away."""

    def __init__(self, response: Response, opened: AsyncExitStack) -> None:
        self.response = response
        self.opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self.opened:
            await self.response(scope, receive, send)
