"""Borders and coasts: drawn from the countries that are loaded, with those marked that are disputed."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from api.load.table_file import rows_of
from models.border import Pair, disputed_pairs, replace_borders


def listed_pairs(path: Path) -> frozenset[Pair]:
    """The pairs of countries in a list of disputed borders. Raises UnreadableFile."""
    return frozenset((row["iso3"], row["other_iso3"]) for _, row in rows_of(path))


async def has_outdated_borders(engine: AsyncEngine, disputed: Path) -> bool:
    """Whether the borders that are drawn as disputed are others than those of the list.

    None are where countries were loaded by a version that drew no borders, and others after a change of the list.
    """
    async with engine.connect() as connection:
        drawn = {tuple(pair) for pair in await connection.execute(disputed_pairs())}
    return drawn != listed_pairs(disputed)


async def redraw_outdated_borders(engine: AsyncEngine, disputed: Path) -> None:
    """Draw the borders anew unless those that are disputed are the ones of the list."""
    if await has_outdated_borders(engine, disputed):
        async with engine.begin() as connection:
            await replace_borders(connection, listed_pairs(disputed))
