"""Seeding a database before it is served, in a separate process, so that its memory is freed."""

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from rich.console import Console
from rich.progress import Progress

from api.database import engine_for
from api.load.shipped import load_shipped, wants_shipped_data
from api.load.upkeep import bring_ground_up_to_date, has_outdated_ground
from api.server.parent import end_with_parent

console = Console(stderr=True)


async def fill(address: str) -> None:
    """Seed an empty database with the shipped data, and update the basemap of an older version's database.

    The serving process would hold the 300 MB that loading takes until it exits.
    """
    engine = engine_for(address)
    try:
        is_wanted = await wants_shipped_data(engine) or await has_outdated_ground(engine)
    finally:
        await engine.dispose()
    if is_wanted:
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            await asyncio.get_running_loop().run_in_executor(apart, _fill, address, os.getpid())


def _fill(address: str, parent: int) -> None:
    end_with_parent(parent)
    asyncio.run(_filled(address))


async def _filled(address: str) -> None:
    """Seed on connections without the time limit of readers."""
    engine = engine_for(address)
    try:
        if await wants_shipped_data(engine):
            with Progress(console=console, transient=True) as progress:
                for loaded in await load_shipped(engine, progress):
                    console.print(loaded.summary(), highlight=False, markup=False, soft_wrap=True)
        await bring_ground_up_to_date(engine)
    finally:
        await engine.dispose()
