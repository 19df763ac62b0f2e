"""The event loop as uvicorn's connections are given it."""

import asyncio


class LoopWithoutTimers:
    """An event loop whose timers never run: the sweep does what uvicorn's timer for each answer would do.

    That timer is set and cancelled for each answer, and any byte from the client stops it, also one that begins no
    request.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.create_task = loop.create_task

    def call_later(self, *_: object) -> "LoopWithoutTimers":
        return self

    def cancel(self) -> None:
        """Stand in for the method of a timer."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._loop, name)
