"""Loading the open data that the service ships with."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.load.basemap_files import BASEMAP_FILES
from api.load.complaint import Loaded
from api.load.corrections import corrections
from api.load.countries import countries
from api.load.data_files import DATA, DISPUTED_BORDERS, REGIONS
from api.load.intake import Load, take_in
from api.load.measures import measures
from api.load.register import register
from api.load.restrictions import restrictions
from api.load.upkeep import bring_ground_up_to_date
from models.loaded_file import LoadedFile
from models.time_axes import SINCE_EVER

LAND = DATA / "land" / "points_of_entry_land.csv.gz"


class ShippedFile(NamedTuple):
    """A file below DATA, its kind in the database, and its loader."""

    kind: str
    name: str
    load: Load


GROUND = (
    ShippedFile("countries", "countries_admin0_10m_simplified.geojson.gz", countries(REGIONS, DISPUTED_BORDERS)),
    *(ShippedFile(*each) for each in BASEMAP_FILES),
    ShippedFile("register", "points_of_entry.csv.gz", register(SINCE_EVER, is_shipped=True)),
    ShippedFile("register", "land/points_of_entry_land.csv.gz", register(SINCE_EVER, is_shipped=True, which="listed")),
    ShippedFile("corrections", "land/corrections_to_shipped.csv", corrections),
    ShippedFile("measures", "country_travel_controls.csv.gz", measures),
    ShippedFile("measures", "country_internal_movement_controls.csv.gz", measures),
)
RESTRICTIONS = (
    ShippedFile("measures", "schengen_internal_border_control.csv", measures),
    ShippedFile("restrictions", "restrictions/ukraine_2022_2023.csv", restrictions),
    ShippedFile("restrictions", "restrictions/us_canada_mexico_2020_2022.csv", restrictions),
)
FILES = GROUND + RESTRICTIONS


async def load_shipped(
    engine: AsyncEngine, progress: Progress | None = None, files: Sequence[ShippedFile] = FILES
) -> list[Loaded]:
    """Load the shipped files, or only `files`, in order; files loaded before change nothing."""
    with _without_garbage_collection():
        loaded = [await take_in(engine, kind, DATA / name, load, progress=progress) for kind, name, load in files]
        await bring_ground_up_to_date(engine)
    return loaded


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
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


async def load_candidates(engine: AsyncEngine, progress: Progress | None = None) -> list[Loaded]:
    """Load the land border rows derived from a map, as candidates; loading them again changes nothing."""
    load = register(SINCE_EVER, is_shipped=True, which="candidates")
    return [await take_in(engine, "candidates", LAND, load, progress=progress)]


async def wants_shipped_data(engine: AsyncEngine) -> bool:
    """Check whether nothing or only a part of the shipped files was ever loaded, as after an interrupted start."""
    async with engine.connect() as connection:
        loaded = set((await connection.scalars(select(LoadedFile.name))).all())
    return loaded < {Path(file.name).name for file in FILES}
