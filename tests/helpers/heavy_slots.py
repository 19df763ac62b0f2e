"""Slots for heavy work that are all taken, with as many waiting as may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.server.heavy_work import Kind, slots_of
from api.server.slots import Lengths, Slots

# Of a condition on a machine that is busy with other work.
PATIENCE_S = 120


async def until(slots: Slots, lengths: Lengths) -> None:
    """Wait until so many work and wait."""
    async with asyncio.timeout(PATIENCE_S):
        while slots.count_tasks() != lengths:  # noqa: ASYNC110 - other processes change them
            await asyncio.sleep(0.01)


@asynccontextmanager
async def full_queue(kind: Kind, lengths: Lengths) -> AsyncIterator[None]:
    """Have so many work, and so many wait."""

    async def hold(number: int) -> None:
        async with slots_of(kind).acquire_slot(f"10.0.0.{number}"):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold(number)) for number in range(sum(lengths))]
    try:
        await until(slots_of(kind), lengths)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
