"""Import of countries and regions: reference data, updated in place without history."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.country import Country, Region, RegionAlias, RegionMember
from models.tables.source import Source

Rows = Sequence[dict[str, Any]]
# Names of a country, by column.
CountryNames = dict[str, str | None]
NAME_COLUMNS = (Country.name, Country.name_fr, Country.name_es, Country.name_ar, Country.display_name)


async def upsert_countries(connection: AsyncConnection, rows: Rows) -> None:
    """Insert or update countries; `geometry` is GeoJSON text of a polygon or multipolygon.

    `label_point` is EWKT, or None for a point on the shape.
    """
    for row in rows:
        shape = _build_multipolygon(row["geometry"])
        shaped = row | {"geometry": shape, "label_point": row["label_point"] or func.ST_PointOnSurface(shape)}
        await connection.execute(_update_on_conflict(insert(Country).values(**shaped), "iso3", shaped))


async def fetch_names_by_country(connection: AsyncConnection) -> dict[str, CountryNames]:
    """Return the names of each country in the database, by its alpha-3 code."""
    rows = await connection.execute(select(Country.iso3, *NAME_COLUMNS))
    return {row["iso3"]: {name.key: row[name.key] for name in NAME_COLUMNS} for row in rows.mappings()}


async def rename_countries(connection: AsyncConnection, names: Mapping[str, CountryNames]) -> None:
    """Update the names of countries, by their alpha-3 codes."""
    for iso3, values in names.items():
        await connection.execute(update(Country).where(Country.iso3 == iso3).values(**values))


async def upsert_regions(connection: AsyncConnection, rows: Rows) -> None:
    """Insert or update regions, by `code`."""
    for row in rows:
        await connection.execute(_update_on_conflict(insert(Region).values(**row), "code", row))


async def add_aliases(connection: AsyncConnection, rows: Rows) -> None:
    """Insert the aliases that are new."""
    await connection.execute(insert(RegionAlias).on_conflict_do_nothing(), rows)


async def add_members(connection: AsyncConnection, rows: Rows) -> None:
    """Add each country to its region for all time, unless it is a member already on some days."""
    existing = set((await connection.execute(select(RegionMember.region_code, RegionMember.iso3))).all())
    new = [
        row | {"valid_during": Range(BEGINNING_OF_TIME, None)}
        for row in rows
        if (row["region_code"], row["iso3"]) not in existing
    ]
    if new:
        await connection.execute(insert(RegionMember), new)


async def upsert_sources(connection: AsyncConnection, rows: Rows) -> None:
    """Insert or update sources, by `code`."""
    for row in rows:
        await connection.execute(_update_on_conflict(insert(Source).values(**row), "code", row))


def _update_on_conflict(statement: Any, key: str, row: dict[str, Any]) -> Any:  # noqa: ANN401 - an INSERT of PostgreSQL
    changed = {name: statement.excluded[name] for name in row if name != key}
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)


def _build_multipolygon(geojson: str) -> Any:  # noqa: ANN401 - an SQL expression
    return func.ST_ForcePolygonCCW(func.ST_Multi(func.ST_SetSRID(func.ST_GeomFromGeoJSON(geojson), 4326)))
