"""Names of countries as in the United Nations' list (M49), and their update in databases with other names."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.publish_barrier import wait_until_visible
from api.imports.tabular_file import read_rows
from models.recording.geography import CountryNames, fetch_names_by_country, rename_countries
from models.tables.revision import begin_revision

# Display names in all languages that differ from the name in the list of codes; M49 does not list them.
DISPLAY_NAMES = {"XKX": "Kosovo (SCR 1244)"}


def parse_country_names(row: Mapping[str, str]) -> CountryNames:
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
    return bool(await _find_outdated_names(engine, table))


async def rename_outdated_countries(engine: AsyncEngine, table: Path) -> None:
    """Rename loaded countries as in the table. This is a revision, since responses are cached by revision."""
    outdated = await _find_outdated_names(engine, table)
    if not outdated:
        return
    async with engine.begin() as connection:
        await begin_revision(connection, "names of countries by M49")
        await rename_countries(connection, outdated)
    await wait_until_visible()


async def _find_outdated_names(engine: AsyncEngine, table: Path) -> dict[str, CountryNames]:
    listed = {row["iso3"]: parse_country_names(row) for _, row in read_rows(table)}
    async with engine.connect() as connection:
        loaded = await fetch_names_by_country(connection)
    return {iso3: listed[iso3] for iso3, names in loaded.items() if iso3 in listed and names != listed[iso3]}
