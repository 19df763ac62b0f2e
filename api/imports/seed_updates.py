"""Updating the basemap of an older version's database: names, borders and layers."""

from pathlib import Path

from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.imports.basemap import BASEMAP_FILES
from api.imports.borders import has_outdated_borders, redraw_outdated_borders
from api.imports.country_names import has_outdated_names, rename_outdated_countries
from api.imports.errors import LoadResult
from api.imports.importer import import_file
from api.shipped_data import DATA, DISPUTED_BORDERS, REGIONS
from models.tables.country import Country
from models.tables.imported_file import ImportedFile


async def has_outdated_basemap(engine: AsyncEngine) -> bool:
    """Check whether names, borders or layers of the basemap differ from this version's files."""
    return (
        await has_outdated_names(engine, REGIONS)
        or await has_outdated_borders(engine, DISPUTED_BORDERS)
        or await _is_missing_layers(engine)
    )


async def update_basemap(engine: AsyncEngine, progress: Progress | None = None) -> list[LoadResult]:
    """Rename countries, redraw borders, and load missing layers."""
    await rename_outdated_countries(engine, REGIONS)
    await redraw_outdated_borders(engine, DISPUTED_BORDERS)
    if not await _is_missing_layers(engine):
        return []
    return [await import_file(engine, kind, DATA / name, load, progress=progress) for kind, name, load in BASEMAP_FILES]


async def _is_missing_layers(engine: AsyncEngine) -> bool:
    """Check whether there are countries, but a file of the basemap is not loaded yet."""
    async with engine.connect() as connection:
        if not await connection.scalar(select(select(Country.iso3).exists())):
            return False
        loaded = set(await connection.scalars(select(ImportedFile.name)))
    return not {Path(name).name for _, name, _ in BASEMAP_FILES} <= loaded
