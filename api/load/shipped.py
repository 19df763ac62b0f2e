"""Loading the open data that the service ships with."""

from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.load.borders import redraw_outdated_borders
from api.load.complaint import Loaded
from api.load.countries import countries
from api.load.intake import Load, take_in
from api.load.measures import measures
from api.load.register import register
from api.settings import project_directory
from models.loaded_file import LoadedFile
from models.time_axes import SINCE_EVER

DATA = project_directory() / "data"
REGIONS = DATA / "countries_regions.csv.gz"
DISPUTED_BORDERS = DATA / "disputed_borders.csv"
FILES: tuple[tuple[str, str, Load], ...] = (
    ("countries", "countries_admin0_10m_simplified.geojson.gz", countries(REGIONS, DISPUTED_BORDERS)),
    ("register", "points_of_entry.csv.gz", register(SINCE_EVER, is_shipped=True)),
    ("measures", "country_travel_controls.csv.gz", measures),
    ("measures", "country_internal_movement_controls.csv.gz", measures),
)


async def load_shipped(engine: AsyncEngine, progress: Progress | None = None) -> list[Loaded]:
    """Load the shipped files, in order; those loaded before change nothing."""
    loaded = [await take_in(engine, kind, DATA / name, load, progress=progress) for kind, name, load in FILES]
    await redraw_outdated_borders(engine, DISPUTED_BORDERS)
    return loaded


async def wants_shipped_data(engine: AsyncEngine) -> bool:
    """Whether nothing was ever loaded but a part of the shipped files, as when the first start was cut short."""
    async with engine.connect() as connection:
        loaded = set((await connection.scalars(select(LoadedFile.name))).all())
    return loaded < {name for _, name, _ in FILES}
