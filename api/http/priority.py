"""Read throttle: limit the reads that run while an update is published.

All requests of a process share one thread. 400 readers with new queries kept it so busy that each of the update's
messages to the database waited for the work of ten reads, and 100 small updates took a minute instead of ten seconds
(benchmarks/overload, posts-beside-readers). Readers lose little: they wait here instead of there.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from api.concurrency.fair_queue import RETRY_AFTER_S
from api.exceptions import Overloaded
from api.settings import get_settings

MAX_READS_DURING_UPDATE = 2
MAX_WAITING = 2_000
# A waiting read also checks at this interval, in case no other read wakes it.
CHECK_INTERVAL_S = 0.25
BUSY = "Too many questions are waiting while updates are published."


class ReadThrottle:
    """Async context manager around public reads; it blocks only while an update is published.

    Entering waits for a turn, in order; leaving wakes waiting reads. Raises Overloaded after CROSSINGS_POOL_WAIT_S.

    `is_publishing` returns whether an update is published, and `being_made` how many answers the database works on.
    """

    def __init__(self, is_publishing: Callable[[], bool], being_made: Callable[[], int]) -> None:
        self._is_publishing = is_publishing
        self._being_made = being_made
        self.max_wait_s: float = get_settings().crossings_pool_wait_s
        self.max_waiting = MAX_WAITING
        self.check_interval_s = CHECK_INTERVAL_S
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """Number of waiting reads."""
        return len(self._waiting)

    async def __aenter__(self) -> None:
        if self._is_closed():
            try:
                await self._wait()
            except BaseException:
                # A read that leaves in the moment of its turn has to wake the next.
                self._wake_next()
                raise

    async def __aexit__(self, *_: object) -> None:
        self._wake_next()

    def _is_closed(self) -> bool:
        return self._is_publishing() and self._being_made() >= MAX_READS_DURING_UPDATE

    async def _wait(self) -> None:
        if len(self._waiting) >= self.max_waiting:
            raise Overloaded(BUSY, RETRY_AFTER_S)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self.max_wait_s):
                while not await self._is_woken(turn) and self._is_closed():
                    pass
        except TimeoutError:
            raise Overloaded(BUSY, RETRY_AFTER_S) from None
        finally:
            if not turn.done():
                self._waiting.remove(turn)
                turn.cancel()

    async def _is_woken(self, turn: asyncio.Future[None]) -> bool:
        await asyncio.wait({turn}, timeout=self.check_interval_s)
        return turn.done()

    def _wake_next(self) -> None:
        """Wake two reads for each that ends, to soon use the full allowance; all at once would delay other requests."""
        for _ in range(2):
            if self._waiting and not self._is_closed():
                self._waiting.popleft().set_result(None)
