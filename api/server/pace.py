"""Check that a client sends or receives fast enough."""

import asyncio

from api.server.limits import ConnectionLimits


class Pace:
    """A client's account of time: elapsed time minus the time its bytes take at the minimum rate."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._moved_bytes = 0
        self._behind_s = 0.0
        self._stalled_s = 0.0

    def add(self, moved_bytes: int, elapsed_s: float, *, is_awaited: bool) -> None:
        """Add elapsed time; `moved_bytes` is the total at its end, `is_awaited` whether the client was waited for."""
        moved, self._moved_bytes = moved_bytes - self._moved_bytes, moved_bytes
        if not is_awaited:
            self._behind_s = self._stalled_s = 0.0
            return
        self._stalled_s = 0.0 if moved > 0 else self._stalled_s + elapsed_s
        behind_s = self._behind_s + elapsed_s - moved / self._limits.least_bytes_per_s
        self._behind_s = max(-self._limits.most_ahead_s, behind_s)

    @property
    def slow_s(self) -> float:
        """Seconds by which the client is behind the minimum rate, or since it last moved a byte."""
        return max(self._stalled_s, self._behind_s)

    @property
    def is_used_up(self) -> bool:
        return self._behind_s > self._limits.patience_s


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
