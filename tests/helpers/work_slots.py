"""Slots for heavy work that are all taken, with as many waiting as may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.concurrency.slots import SlotCounts, Slots
from api.http.heavy_work import WorkKind, get_slots

# Of a condition on a machine that is busy with other work.
PATIENCE_S = 120


async def wait_for_counts(slots: Slots, lengths: SlotCounts) -> None:
    """Wait until so many work and wait."""
    async with asyncio.timeout(PATIENCE_S):
        while slots.count_tasks() != lengths:  # noqa: ASYNC110 - other processes change them
            await asyncio.sleep(0.01)


@asynccontextmanager
async def fill_queue(kind: WorkKind, lengths: SlotCounts) -> AsyncIterator[None]:
    """Have so many work, and so many wait."""

    async def hold(number: int) -> None:
        async with get_slots(kind).acquire_slot(f"10.0.0.{number}"):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold(number)) for number in range(sum(lengths))]
    try:
        await wait_for_counts(get_slots(kind), lengths)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
