"""Event loop for uvicorn's connections, without their timers."""

import asyncio


class LoopWithoutTimers:
    """Event loop with timers that never run: the sweep replaces uvicorn's keep-alive timer.

    uvicorn sets and cancels that timer for each response, and any byte from the client stops it, even if the byte does
    not begin a request.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.create_task = loop.create_task

    def call_later(self, *_: object) -> "LoopWithoutTimers":
        return self

    def cancel(self) -> None:
        """Ignore the call: this replaces a timer's method."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._loop, name)
