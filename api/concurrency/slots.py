"""Slots for heavy work, shared by all processes of the machine.

A slot is a file that is locked while its holder works. The lock ends with its process, so a killed process leaves no
slot taken. If no slot is free, the request waits in a place of a second set of files; if these are taken too, it is
refused. Waiting does not take a thread, and takes no connection unless the caller has opened a connection before.
"""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from api.exceptions import Overloaded

POLL_INTERVAL_S = 0.1
MAX_WAIT_S = 60.0
RETRY_AFTER_S = 15
IsGone = Callable[[], Awaitable[bool]]


class ClientGone(Overloaded):
    """The client left while its request waited for a slot or was processed: no response is sent."""


class SlotCounts(NamedTuple):
    """Numbers of holders of a slot and of waiting requests, in all processes of the machine."""

    working: int
    waiting: int


class LockFiles:
    """A set of files, each locked by at most one holder, with a digest of the client's address as content."""

    def __init__(self, directory: Path, name: str, count: int) -> None:
        self._paths = [directory / f"{name}-{number}" for number in range(count)]

    def lock(self, client: str) -> int | None:
        """Lock a free file for the client; return its descriptor, which unlocks it when closed, or None."""
        for path in self._paths:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if _try_lock(descriptor):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, _hash_client(client))
                return descriptor
            os.close(descriptor)
        return None

    def count(self, client: str | None = None) -> int:
        """Count the locked files, of all clients or of one client."""
        wanted = None if client is None else _hash_client(client)
        return sum(1 for path in self._paths if _is_locked(path, wanted))


def _try_lock(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_locked(path: Path, wanted: bytes | None) -> bool:
    with suppress(FileNotFoundError), path.open("rb") as file:
        if wanted is not None and file.read() != wanted:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _hash_client(client: str) -> bytes:
    """Hash the client's address, so that the file does not reveal it."""
    return hashlib.sha256(client.encode()).hexdigest()[:32].encode()


@dataclass(eq=False, slots=True)
class _Waiter:
    client: str


class Slots:
    """Slots for one kind of work. Messages contain `work`, file names in the directory begin with `name`.

    One client has at most half of the waiting places, and within a process clients that hold no slot come first.
    """

    def __init__(
        self, work: str, directory: Path, name: str, *, at_once: int, waiting: int, max_wait_s: float = MAX_WAIT_S
    ) -> None:
        self._work = work
        self._max_wait_s = max_wait_s
        self._working = LockFiles(directory, f"{name}-working", at_once)
        self._waiting = LockFiles(directory, f"{name}-waiting", waiting)
        self._max_waiting_per_client = (waiting + 1) // 2
        self._line: list[_Waiter] = []
        self._at_work: list[str] = []

    def count_tasks(self) -> SlotCounts:
        return SlotCounts(self._working.count(), self._waiting.count())

    @asynccontextmanager
    async def acquire_slot(self, client: str = "", is_gone: IsGone | None = None) -> AsyncIterator[None]:
        """Hold a slot, after waiting for a free slot if needed. Raises Overloaded, and ClientGone while it waits.

        The bounds for one client do not apply to clients without a name.
        """
        held = None if self._line else self._working.lock(client)
        if held is None:
            held = await self._wait(client, is_gone)
        self._at_work.append(client)
        try:
            yield
        finally:
            self._at_work.remove(client)
            os.close(held)

    async def _wait(self, client: str, is_gone: IsGone | None) -> int:
        place, waiter = self._lock_waiting_place(client), _Waiter(client)
        self._line.append(waiter)
        try:
            return await self._wait_for_turn(waiter, is_gone)
        finally:
            self._line.remove(waiter)
            os.close(place)

    def _lock_waiting_place(self, client: str) -> int:
        if client and self._waiting.count(client) >= self._max_waiting_per_client:
            raise self._build_overload_error("as many of your own as may wait are waiting")
        place = self._waiting.lock(client)
        if place is None:
            raise self._build_overload_error("no more may wait")
        return place

    async def _wait_for_turn(self, waiter: _Waiter, is_gone: IsGone | None) -> int:
        until = monotonic() + self._max_wait_s
        while monotonic() < until:
            if self._find_next() is waiter and (held := self._working.lock(waiter.client)) is not None:
                return held
            if is_gone is not None and await is_gone():
                raise ClientGone("the client left")
            await asyncio.sleep(POLL_INTERVAL_S)
        raise self._build_overload_error(f"none was free within {self._max_wait_s:g} seconds")

    def _find_next(self) -> _Waiter:
        return next((each for each in self._line if each.client not in self._at_work), self._line[0])

    def _build_overload_error(self, reason: str) -> Overloaded:
        working, waiting = self.count_tasks()
        queue = f"{working} {self._work} are being made and {waiting} are waiting"
        return Overloaded(f"{queue}: {reason}; try again in {RETRY_AFTER_S} seconds", RETRY_AFTER_S)
