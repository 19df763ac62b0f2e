"""A queue before a number of places is bounded in length and time, and fair between owners."""

import asyncio
from collections.abc import Awaitable

import pytest
from helpers.waiting import LONG_S, wait_until_true
from starlette.requests import ClientDisconnect

from api.concurrency.fair_queue import FairQueue, WaitUntilGone
from api.exceptions import Overloaded


def queue_of(places: int = 1, max_waiting: int = 100, max_wait_s: float = LONG_S) -> FairQueue:
    return FairQueue("Busy.", places, max_waiting, max_wait_s)


class Served:
    """Tasks that wait for a place of the queue, note their owner and end when told."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.owners: list[str] = []
        self.go_on = asyncio.Semaphore(0)
        self.tasks: list[asyncio.Task[None]] = []

    def add(self, owner: str, gone: WaitUntilGone | None = None) -> asyncio.Task[None]:
        task = asyncio.create_task(self._serve(owner, gone))
        self.tasks.append(task)
        return task

    async def _serve(self, owner: str, gone: WaitUntilGone | None) -> None:
        async with self.queue.acquire_place(owner, gone):
            self.owners.append(owner)
            await self.go_on.acquire()

    async def finish(self) -> list[object]:
        for _ in self.tasks:
            self.go_on.release()
        return await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_queue_admits_up_to_its_places() -> None:
    served = Served(queue_of(places=2))
    for owner in "abc":
        served.add(owner)
    await wait_until_true(lambda: served.queue.waiting == 1)
    assert served.owners == ["a", "b"]
    await served.finish()
    assert served.owners == ["a", "b", "c"]
    assert (served.queue.in_use, served.queue.waiting) == (0, 0)


async def test_owner_with_many_tasks_delays_another_by_one_turn() -> None:
    served = Served(queue_of(max_waiting=2000))
    for _ in range(1000):
        served.add("many")
    await wait_until_true(lambda: served.queue.waiting == 999)
    served.add("one")
    await wait_until_true(lambda: served.queue.waiting == 1000)
    await served.finish()
    assert served.owners[:3] == ["many", "one", "many"]


async def test_turns_go_round_the_owners() -> None:
    served = Served(queue_of())
    for owner in ("a", "a", "a", "b", "b", "c"):
        served.add(owner)
    await wait_until_true(lambda: served.queue.waiting == 5)
    await served.finish()
    assert "".join(served.owners) == "abcaba"


async def test_full_queue_refuses_the_owner_with_the_most_tasks() -> None:
    served = Served(queue_of(max_waiting=3))
    for owner in ("a", "a", "a", "a"):
        served.add(owner)
    await wait_until_true(lambda: served.queue.waiting == 3)
    refused = served.add("a")
    with pytest.raises(Overloaded) as raised:
        await refused
    assert raised.value.headers == (("Retry-After", "5"),)
    other = served.add("b")
    results = await served.finish()
    assert served.owners == ["a", "b", "a", "a"]
    assert isinstance(results[3], Overloaded)
    assert other.exception() is None


async def test_queue_without_room_refuses_at_once() -> None:
    served = Served(queue_of(max_waiting=0))
    served.add("a")
    await wait_until_true(lambda: served.queue.in_use == 1)
    with pytest.raises(Overloaded):
        await served.add("b")
    await served.finish()


async def test_task_that_waited_too_long_is_refused_and_forgotten() -> None:
    served = Served(queue_of(max_wait_s=0.05))
    served.add("a")
    late = served.add("b")
    with pytest.raises(Overloaded):
        await late
    assert served.queue.waiting == 0
    await served.finish()
    assert served.queue.in_use == 0


async def test_cancelled_task_leaves_its_place_to_the_next() -> None:
    served = Served(queue_of())
    first, second, third = (served.add(owner) for owner in "abc")
    await wait_until_true(lambda: served.queue.waiting == 2)
    second.cancel()
    first.cancel()
    await wait_until_true(lambda: served.owners == ["a", "c"])
    await served.finish()
    assert third.exception() is None
    assert (served.queue.in_use, served.queue.waiting) == (0, 0)


async def test_task_cancelled_in_the_moment_of_its_turn_passes_it_on() -> None:
    served = Served(queue_of())
    _, second, third = (served.add(owner) for owner in "abc")
    await wait_until_true(lambda: served.queue.waiting == 2)
    served.go_on.release()
    await wait_until_true(lambda: served.queue.waiting == 1)
    second.cancel()
    await wait_until_true(lambda: "c" in served.owners)
    await served.finish()
    assert third.exception() is None
    assert served.queue.in_use == 0


async def test_client_that_leaves_gives_its_place_in_the_queue_up() -> None:
    served = Served(queue_of())
    left = asyncio.Event()

    def gone() -> Awaitable[None]:
        return left.wait()  # type: ignore[return-value]

    served.add("a")
    waiting = served.add("b", gone)  # type: ignore[arg-type]
    await wait_until_true(lambda: served.queue.waiting == 1)
    left.set()
    with pytest.raises(ClientDisconnect):
        await waiting
    assert served.queue.waiting == 0
    await served.finish()


async def test_failure_within_a_place_gives_it_back() -> None:
    queue = queue_of()
    with pytest.raises(ZeroDivisionError):
        async with queue.acquire_place("a"):
            raise ZeroDivisionError
    assert queue.in_use == 0
