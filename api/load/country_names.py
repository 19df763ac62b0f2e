"""Names of countries as in the United Nations' list (M49), and their update in databases with other names."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from api.load.table_file import rows_of
from api.publication import known_to_all
from models.geography import Names, names_of_countries, rename_countries
from models.revision import begin_revision

# Display names in all languages that differ from the name in the list of codes; M49 does not list them.
DISPLAY_NAMES = {"XKX": "Kosovo (SCR 1244)"}


def names_of(row: Mapping[str, str]) -> Names:
    """Parse the names of a country from this row of the table of regions."""
    iso3 = row["iso3"]
    return {
        "name": row["name"] if iso3 in DISPLAY_NAMES else row["name_un_en"],
        "name_fr": row["name_un_fr"] or None,
        "name_es": row["name_un_es"] or None,
        "name_ar": row["name_un_ar"] or None,
        "display_name": DISPLAY_NAMES.get(iso3),
    }


async def has_outdated_names(engine: AsyncEngine, table: Path) -> bool:
    """Check whether a loaded country has other names than the table."""
    return bool(await _outdated(engine, table))


async def rename_outdated_countries(engine: AsyncEngine, table: Path) -> None:
    """Rename loaded countries as in the table. This is a revision, since responses are cached by revision."""
    outdated = await _outdated(engine, table)
    if not outdated:
        return
    async with engine.begin() as connection:
        await begin_revision(connection, "names of countries by M49")
        await rename_countries(connection, outdated)
    await known_to_all()


async def _outdated(engine: AsyncEngine, table: Path) -> dict[str, Names]:
    listed = {row["iso3"]: names_of(row) for _, row in rows_of(table)}
    async with engine.connect() as connection:
        loaded = await names_of_countries(connection)
    return {iso3: listed[iso3] for iso3, names in loaded.items() if iso3 in listed and names != listed[iso3]}
