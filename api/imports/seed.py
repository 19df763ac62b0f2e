"""Seeding a database before it is served, in a child process, so that its memory is freed."""

import asyncio
from collections.abc import AsyncIterator

from rich.console import Console
from rich.progress import Progress

from api.concurrency.child_processes import run_child
from api.concurrency.parent_process import open_input
from api.database.engine import build_engine
from api.imports.seed_data import load_seed_data, needs_seed_data
from api.imports.seed_updates import has_outdated_basemap, update_basemap

console = Console(stderr=True)


async def seed_database(address: str) -> None:
    """Seed an empty database with the shipped data, and update the basemap of an older version's database.

    The serving process would hold the 300 MB that loading takes until it exits.
    """
    engine = build_engine(address)
    try:
        is_wanted = await needs_seed_data(engine) or await has_outdated_basemap(engine)
    finally:
        await engine.dispose()
    if is_wanted:
        await run_child("api.imports.seed", parts=_yield_address(address))


async def _yield_address(address: str) -> AsyncIterator[bytes]:
    """Yield the address as a line: it may have a password, which arguments would show to other users."""
    yield f"{address}\n".encode()


def main() -> None:
    asyncio.run(_seed_database(open_input().readline().rstrip("\n")))


async def _seed_database(address: str) -> None:
    """Seed on connections without the time limit of readers."""
    engine = build_engine(address)
    try:
        if await needs_seed_data(engine):
            with Progress(console=console, transient=True) as progress:
                for loaded in await load_seed_data(engine, progress):
                    console.print(loaded.format_summary(), highlight=False, markup=False, soft_wrap=True)
        await update_basemap(engine)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    main()
