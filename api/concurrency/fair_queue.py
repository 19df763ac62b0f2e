"""Bounded queue for a number of places, with round-robin turns among the owners of waiting tasks."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect

from api.exceptions import Overloaded

RETRY_AFTER_S = 5
WaitUntilGone = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class FairQueue:
    """Queue that admits `places` tasks at a time; up to `max_waiting` others wait, at most `max_wait_s` seconds each.

    Turns alternate between owners (an office, a client's address), so an owner with a thousand tasks delays another
    owner by one turn. When the queue is full, the owner with the most waiting tasks loses the newest task.
    `busy` is the message of a refusal.
    """

    busy: str
    places: int
    max_waiting: int
    max_wait_s: float
    in_use: int = field(default=0, init=False)
    _waiting: dict[Hashable, deque[asyncio.Future[bool]]] = field(default_factory=dict, init=False)

    @property
    def waiting(self) -> int:
        """Number of waiting tasks."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def acquire_place(self, owner: Hashable, gone: WaitUntilGone | None = None) -> AsyncIterator[None]:
        """Hold one of the places, once it is the owner's turn.

        `gone` returns when the client has left. Raises Overloaded, and ClientDisconnect for a client that left.
        """
        await self._enter(owner, gone)
        try:
            yield
        finally:
            self._leave(owner)

    async def _enter(self, owner: Hashable, gone: WaitUntilGone | None) -> None:
        if self.in_use < self.places:
            self.in_use += 1
            return
        self._make_room(owner)
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(turn)
        try:
            admitted = await self._wait(turn, gone)
        except BaseException:
            self._stop_waiting(owner, turn)
            raise
        if not admitted:
            raise self._build_overload_error()

    async def _wait(self, turn: asyncio.Future[bool], gone: WaitUntilGone | None) -> bool:
        watch = asyncio.ensure_future(gone()) if gone else None
        try:
            watched: set[asyncio.Future[Any]] = {turn, watch} if watch else {turn}
            await asyncio.wait(watched, timeout=self.max_wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if watch:
                watch.cancel()
        if turn.done():
            return turn.result()
        raise ClientDisconnect if watch and watch.done() else self._build_overload_error()

    def _make_room(self, owner: Hashable) -> None:
        """Drop a waiting task of another owner if the queue is full, or raise Overloaded if none has more tasks."""
        if self.waiting < self.max_waiting:
            return
        longest = max(self._waiting, key=lambda each: len(self._waiting[each]), default=owner)
        if len(self._waiting.get(longest, ())) <= len(self._waiting.get(owner, ())) + 1:
            raise self._build_overload_error()
        self._waiting[longest].pop().set_result(False)

    def _stop_waiting(self, owner: Hashable, turn: asyncio.Future[bool]) -> None:
        if turn.done():
            # The place was assigned at the same moment.
            if turn.result():
                self._leave(owner)
            return
        self._waiting[owner].remove(turn)
        if not self._waiting[owner]:
            del self._waiting[owner]

    def _leave(self, owner: Hashable) -> None:
        """Assign the place to the next owner; to this owner again only if no other owner waits."""
        self._put_last(owner)
        if not self._waiting:
            self.in_use -= 1
            return
        following = next(iter(self._waiting))
        self._waiting[following].popleft().set_result(True)
        self._put_last(following)

    def _put_last(self, owner: Hashable) -> None:
        if turns := self._waiting.pop(owner, None):
            self._waiting[owner] = turns

    def _build_overload_error(self) -> Overloaded:
        return Overloaded(self.busy, RETRY_AFTER_S)
