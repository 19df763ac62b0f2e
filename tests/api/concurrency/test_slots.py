"""Slots for heavy work: shared by processes, freed by whatever ends a holder, and fair between clients."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers.work_slots import wait_for_counts

from api.concurrency.slots import ClientGone, SlotCounts, Slots
from api.exceptions import Overloaded
from api.http.heavy_work import get_slots
from api.settings import get_settings

HOLDER = """
import asyncio, sys
from pathlib import Path
from api.concurrency.slots import Slots

async def hold():
    async with Slots("files", Path(sys.argv[1]), "test", at_once=1, waiting=2).acquire_slot("10.0.0.9"):
        print("holds", flush=True)
        await asyncio.sleep(3600)

asyncio.run(hold())
"""


@contextmanager
def holder(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the only slot."""
    command = [sys.executable, "-c", HOLDER, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holds\n"
        try:
            yield process
        finally:
            process.kill()


def slots_in(directory: Path, *, at_once: int = 1, waiting: int = 2, max_wait_s: float = 60) -> Slots:
    return Slots("files", directory, "test", at_once=at_once, waiting=waiting, max_wait_s=max_wait_s)


async def work(slots: Slots, client: str, begun: list[str], done: asyncio.Event) -> None:
    async with slots.acquire_slot(client):
        begun.append(client)
        await done.wait()


async def test_slot_is_taken_and_given_back(tmp_path: Path) -> None:
    slots = slots_in(tmp_path)
    async with slots.acquire_slot():
        assert slots.count_tasks() == (1, 0)
    assert slots.count_tasks() == (0, 0)


async def test_slot_is_given_back_by_work_that_fails(tmp_path: Path) -> None:
    slots = slots_in(tmp_path)
    with pytest.raises(ZeroDivisionError):
        async with slots.acquire_slot():
            raise ZeroDivisionError
    assert slots.count_tasks() == (0, 0)


async def test_slot_of_another_process_counts(tmp_path: Path) -> None:
    slots, begun, done = slots_in(tmp_path), list[str](), asyncio.Event()
    with holder(tmp_path):
        waiter = asyncio.create_task(work(slots, "10.0.0.1", begun, done))
        await wait_for_counts(slots, SlotCounts(1, 1))
        assert begun == []
        waiter.cancel()
        await asyncio.wait({waiter})
        assert slots.count_tasks() == (1, 0)


async def test_killed_holder_frees_its_slot(tmp_path: Path) -> None:
    slots, begun, done = slots_in(tmp_path), list[str](), asyncio.Event()
    with holder(tmp_path) as process:
        waiter = asyncio.create_task(work(slots, "10.0.0.1", begun, done))
        await wait_for_counts(slots, SlotCounts(1, 1))
        process.kill()
        await wait_for_counts(slots, SlotCounts(1, 0))
        assert begun == ["10.0.0.1"]
    done.set()
    await waiter


async def test_full_queue_refuses_with_its_length(tmp_path: Path) -> None:
    slots, begun, done = slots_in(tmp_path), list[str](), asyncio.Event()
    tasks = [asyncio.create_task(work(slots, f"10.0.0.{number}", begun, done)) for number in range(3)]
    await wait_for_counts(slots, SlotCounts(1, 2))
    with pytest.raises(Overloaded, match="1 files are being made and 2 are waiting") as refusal:
        await slots.acquire_slot("10.0.0.4").__aenter__()
    assert refusal.value.headers == (("Retry-After", "15"),)
    done.set()
    await asyncio.gather(*tasks)
    assert len(begun) == 3


async def test_one_client_has_half_of_the_waiting_places(tmp_path: Path) -> None:
    slots, begun, done = slots_in(tmp_path), list[str](), asyncio.Event()
    tasks = [asyncio.create_task(work(slots, "10.0.0.1", begun, done)) for _ in range(2)]
    await wait_for_counts(slots, SlotCounts(1, 1))
    with pytest.raises(Overloaded, match="of your own"):
        await slots.acquire_slot("10.0.0.1").__aenter__()
    tasks.append(asyncio.create_task(work(slots, "10.0.0.2", begun, done)))
    await wait_for_counts(slots, SlotCounts(1, 2))
    done.set()
    await asyncio.gather(*tasks)


async def test_client_without_a_slot_comes_before_one_that_has_one(tmp_path: Path) -> None:
    slots, begun, done, again = slots_in(tmp_path, at_once=2, waiting=4), list[str](), asyncio.Event(), asyncio.Event()
    greedy = [asyncio.create_task(work(slots, "greedy", begun, event)) for event in (done, again, again)]
    await wait_for_counts(slots, SlotCounts(2, 1))
    other = asyncio.create_task(work(slots, "other", begun, again))
    await wait_for_counts(slots, SlotCounts(2, 2))
    done.set()
    await wait_for_counts(slots, SlotCounts(2, 1))
    assert begun == ["greedy", "greedy", "other"]
    again.set()
    await asyncio.gather(*greedy, other)


async def test_wait_ends_at_its_deadline(tmp_path: Path) -> None:
    slots = slots_in(tmp_path, max_wait_s=0.2)
    async with slots.acquire_slot():
        with pytest.raises(Overloaded, match="none was free within"):
            await slots.acquire_slot().__aenter__()
        assert slots.count_tasks() == (1, 0)


async def test_client_that_leaves_waits_no_longer(tmp_path: Path) -> None:
    async def is_gone() -> bool:
        return True

    slots = slots_in(tmp_path)
    async with slots.acquire_slot():
        with pytest.raises(ClientGone):
            await slots.acquire_slot("10.0.0.1", is_gone).__aenter__()
        assert slots.count_tasks() == (1, 0)


def test_slots_are_in_the_data_directory() -> None:
    get_slots("files").count_tasks()
    assert (get_settings().crossings_data_dir / "slots").is_dir()
