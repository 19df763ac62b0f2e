"""Borders and coasts: drawn from the loaded countries, with disputed borders marked."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from api.imports.tabular_file import read_rows
from models.tables.border import CountryPair, replace_borders, select_disputed_pairs


def read_disputed_pairs(path: Path) -> frozenset[CountryPair]:
    """Read the pairs of countries from a list of disputed borders, or raise UnreadableFile."""
    return frozenset((row["iso3"], row["other_iso3"]) for _, row in read_rows(path))


async def has_outdated_borders(engine: AsyncEngine, disputed: Path) -> bool:
    """Check whether the borders drawn as disputed differ from the list.

    There are no borders if an early version loaded the countries, and other borders after a change of the list.
    """
    async with engine.connect() as connection:
        drawn = {tuple(pair) for pair in await connection.execute(select_disputed_pairs())}
    return drawn != read_disputed_pairs(disputed)


async def redraw_outdated_borders(engine: AsyncEngine, disputed: Path) -> None:
    """Redraw the borders if the disputed borders differ from the list."""
    if await has_outdated_borders(engine, disputed):
        async with engine.begin() as connection:
            await replace_borders(connection, read_disputed_pairs(disputed))
