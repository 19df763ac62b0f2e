"""While an update is published, few questions are worked on beside it, and those that wait are let in, in order."""

import asyncio

import pytest
from helpers.waiting import LONG_S, wait_until_true

from api.concurrency.fair_queue import FairQueue
from api.exceptions import Overloaded
from api.server import fast_routes as module
from api.server.fast_routes import MAX_READS_DURING_UPDATE, ReadThrottle


class Process:
    """Questions to a process: each waits for its turn, notes its number, and ends when its event is set."""

    def __init__(self, *, publishing: bool) -> None:
        self.publishing = FairQueue("", 1, 1, LONG_S)
        self.publishing.in_use = int(publishing)
        self.at_work: list[int] = []
        self.begun: list[int] = []
        self.ends = [asyncio.Event() for _ in range(10)]
        self.order = ReadThrottle(self.publishing, lambda: len(self.at_work))
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, count: int) -> None:
        first = len(self.tasks)
        self.tasks += [asyncio.create_task(self._ask(number)) for number in range(first, first + count)]

    async def _ask(self, number: int) -> None:
        async with self.order:
            self.begun.append(number)
            self.at_work.append(number)
            await self.ends[number].wait()
            self.at_work.remove(number)

    async def finish(self) -> None:
        for end in self.ends:
            end.set()
        async with asyncio.timeout(LONG_S):
            await asyncio.gather(*self.tasks, return_exceptions=True)


async def publishing_beside(questions: int) -> Process:
    """Return a process that publishes, with all its slots taken and the others waiting."""
    process = Process(publishing=True)
    process.ask(questions)
    await wait_until_true(lambda: len(process.at_work) + process.order.waiting == questions)
    return process


@pytest.fixture
def never_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", LONG_S)


async def test_all_requests_run_while_nothing_is_published() -> None:
    process = Process(publishing=False)
    process.ask(10)
    await wait_until_true(lambda: len(process.at_work) == 10)
    await process.finish()


@pytest.mark.usefixtures("never_looks")
async def test_few_requests_run_beside_an_update() -> None:
    process = await publishing_beside(5)
    assert process.order.waiting == 3
    assert len(process.at_work) == MAX_READS_DURING_UPDATE
    await process.finish()


@pytest.mark.usefixtures("never_looks")
async def test_waiting_requests_start_in_order() -> None:
    process = await publishing_beside(5)
    assert process.order.waiting == 3
    process.ends[0].set()
    await wait_until_true(lambda: 2 in process.begun)
    process.ends[1].set()
    await wait_until_true(lambda: 3 in process.begun)
    await process.finish()
    assert process.begun == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("never_looks")
async def test_all_requests_start_when_the_update_ends() -> None:
    process = Process(publishing=True)
    process.ask(10)
    await wait_until_true(lambda: process.order.waiting == 8)
    process.publishing.in_use = 0
    for end in process.ends[:3]:
        end.set()
    await process.finish()
    assert process.begun == list(range(10))


async def test_waiting_request_polls_without_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.01)
    process = await publishing_beside(3)
    assert process.order.waiting == 1
    process.publishing.in_use = 0
    await wait_until_true(lambda: process.begun == [0, 1, 2])
    await process.finish()


async def test_request_that_waited_too_long_is_refused_and_forgotten() -> None:
    process = Process(publishing=True)
    process.order.max_wait_s = 0.05
    process.ask(2)
    await wait_until_true(lambda: len(process.at_work) == 2)
    with pytest.raises(Overloaded):
        async with asyncio.timeout(LONG_S), process.order:
            pass
    assert process.order.waiting == 0
    await process.finish()


async def test_requests_beyond_the_bound_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 1)
    process = await publishing_beside(3)
    assert process.order.waiting == 1
    with pytest.raises(Overloaded):
        async with process.order:
            pass
    await process.finish()


@pytest.mark.usefixtures("never_looks")
async def test_request_of_a_disconnected_client_blocks_no_other() -> None:
    process = await publishing_beside(4)
    assert process.order.waiting == 2
    process.tasks[2].cancel()
    await wait_until_true(lambda: process.order.waiting == 1)
    process.ends[0].set()
    await wait_until_true(lambda: 3 in process.begun)
    await process.finish()
