"""What a database that an older version filled lacks of the ground: names, borders and layers of the basemap."""

from pathlib import Path

from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.load.basemap_files import BASEMAP_FILES
from api.load.borders import has_outdated_borders, redraw_outdated_borders
from api.load.complaint import Loaded
from api.load.country_names import has_outdated_names, rename_outdated_countries
from api.load.data_files import DATA, DISPUTED_BORDERS, REGIONS
from api.load.intake import take_in
from models.country import Country
from models.loaded_file import LoadedFile


async def has_outdated_ground(engine: AsyncEngine) -> bool:
    """Whether names, borders or layers of the basemap are others than those that this version ships with."""
    return (
        await has_outdated_names(engine, REGIONS)
        or await has_outdated_borders(engine, DISPUTED_BORDERS)
        or await _lacks_layers(engine)
    )


async def bring_ground_up_to_date(engine: AsyncEngine, progress: Progress | None = None) -> list[Loaded]:
    """Rename countries, draw borders, and load the layers that are not there."""
    await rename_outdated_countries(engine, REGIONS)
    await redraw_outdated_borders(engine, DISPUTED_BORDERS)
    if not await _lacks_layers(engine):
        return []
    return [await take_in(engine, kind, DATA / name, load, progress=progress) for kind, name, load in BASEMAP_FILES]


async def _lacks_layers(engine: AsyncEngine) -> bool:
    """Whether there are countries, and a file of the basemap was not loaded since."""
    async with engine.connect() as connection:
        if not await connection.scalar(select(select(Country.iso3).exists())):
            return False
        loaded = set(await connection.scalars(select(LoadedFile.name)))
    return not {Path(name).name for _, name, _ in BASEMAP_FILES} <= loaded
