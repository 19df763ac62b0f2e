"""Loading the open data that the service ships with."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.concurrency.child_processes import run_child
from api.concurrency.parent_process import open_input
from api.database.engine import build_engine
from api.imports.basemap import BASEMAP_FILES
from api.imports.corrections import load_register_corrections
from api.imports.countries import build_country_loader
from api.imports.country_measures import load_country_measures
from api.imports.errors import LoadResult
from api.imports.importer import Loader, import_file
from api.imports.register import build_register_loader
from api.imports.restrictions import load_point_restrictions
from api.imports.seed_updates import has_outdated_basemap, update_basemap
from api.shipped_data import DATA, DISPUTED_BORDERS, REGIONS
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.imported_file import ImportedFile

LAND_REGISTER = DATA / "land" / "points_of_entry_land.csv.gz"


class SeedFile(NamedTuple):
    """A file below DATA, its kind in the database, and its loader."""

    kind: str
    name: str
    load: Loader


BASE_FILES = (
    SeedFile(
        "countries", "countries_admin0_10m_simplified.geojson.gz", build_country_loader(REGIONS, DISPUTED_BORDERS)
    ),
    *(SeedFile(*each) for each in BASEMAP_FILES),
    SeedFile("register", "points_of_entry.csv.gz", build_register_loader(BEGINNING_OF_TIME, is_shipped=True)),
    SeedFile(
        "register",
        "land/points_of_entry_land.csv.gz",
        build_register_loader(BEGINNING_OF_TIME, is_shipped=True, which="listed"),
    ),
    SeedFile("corrections", "land/corrections_to_shipped.csv", load_register_corrections),
    SeedFile("measures", "country_travel_controls.csv.gz", load_country_measures),
    SeedFile("measures", "country_internal_movement_controls.csv.gz", load_country_measures),
)
RESTRICTION_FILES = (
    SeedFile("measures", "schengen_internal_border_control.csv", load_country_measures),
    SeedFile("restrictions", "restrictions/ukraine_2022_2023.csv", load_point_restrictions),
    SeedFile("restrictions", "restrictions/us_canada_mexico_2020_2022.csv", load_point_restrictions),
)
SEED_FILES = BASE_FILES + RESTRICTION_FILES


async def load_seed_data(
    engine: AsyncEngine, progress: Progress | None = None, files: Sequence[SeedFile] = SEED_FILES
) -> list[LoadResult]:
    """Load the shipped files, or only `files`, in order; files loaded before change nothing."""
    with _pause_garbage_collection():
        loaded = [await import_file(engine, kind, DATA / name, load, progress=progress) for kind, name, load in files]
        await update_basemap(engine)
    return loaded


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Pause garbage collection, which took a third of the time: it searched lists of millions of numbers repeatedly.

    Garbage waits until the end; memory peaks within a file, before there is garbage.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def load_candidates(engine: AsyncEngine, progress: Progress | None = None) -> list[LoadResult]:
    """Load the land border rows derived from a map, as candidates; loading them again changes nothing."""
    load = build_register_loader(BEGINNING_OF_TIME, is_shipped=True, which="candidates")
    return [await import_file(engine, "candidates", LAND_REGISTER, load, progress=progress)]


async def needs_seed_data(engine: AsyncEngine) -> bool:
    """Check whether nothing or only a part of the shipped files was ever loaded, as after an interrupted start."""
    async with engine.connect() as connection:
        loaded = set((await connection.scalars(select(ImportedFile.name))).all())
    return loaded < {Path(file.name).name for file in SEED_FILES}


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
        await run_child("api.imports.seed_data", parts=_yield_address(address))


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
