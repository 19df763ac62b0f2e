"""Import of countries and regions: reference data, updated in place without history."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.country import Country, Region, RegionAlias, RegionMember
from models.source import Source
from models.time_axes import SINCE_EVER

Rows = Sequence[dict[str, Any]]
# Names of a country, by column.
Names = dict[str, str | None]
NAMES = (Country.name, Country.name_fr, Country.name_es, Country.name_ar, Country.display_name)


async def put_countries(connection: AsyncConnection, rows: Rows) -> None:
    """Insert or update countries; `geometry` is GeoJSON text of a polygon or multipolygon.

    `label_point` is EWKT, or None for a point on the shape.
    """
    for row in rows:
        shape = _multipolygon(row["geometry"])
        shaped = row | {"geometry": shape, "label_point": row["label_point"] or func.ST_PointOnSurface(shape)}
        await connection.execute(_or_update(insert(Country).values(**shaped), "iso3", shaped))


async def names_of_countries(connection: AsyncConnection) -> dict[str, Names]:
    """Return the names of each country in the database, by its alpha-3 code."""
    rows = await connection.execute(select(Country.iso3, *NAMES))
    return {row["iso3"]: {name.key: row[name.key] for name in NAMES} for row in rows.mappings()}


async def rename_countries(connection: AsyncConnection, names: Mapping[str, Names]) -> None:
    """Update the names of countries, by their alpha-3 codes."""
    for iso3, values in names.items():
        await connection.execute(update(Country).where(Country.iso3 == iso3).values(**values))


async def put_regions(connection: AsyncConnection, rows: Rows) -> None:
    """Insert or update regions, by `code`."""
    for row in rows:
        await connection.execute(_or_update(insert(Region).values(**row), "code", row))


async def put_aliases(connection: AsyncConnection, rows: Rows) -> None:
    """Insert the aliases that are new."""
    await connection.execute(insert(RegionAlias).on_conflict_do_nothing(), rows)


async def put_members(connection: AsyncConnection, rows: Rows) -> None:
    """Add each country to its region for all time, unless it is a member already on some days."""
    existing = set((await connection.execute(select(RegionMember.region_code, RegionMember.iso3))).all())
    new = [
        row | {"valid_during": Range(SINCE_EVER, None)}
        for row in rows
        if (row["region_code"], row["iso3"]) not in existing
    ]
    if new:
        await connection.execute(insert(RegionMember), new)


async def put_sources(connection: AsyncConnection, rows: Rows) -> None:
    """Insert or update sources, by `code`."""
    for row in rows:
        await connection.execute(_or_update(insert(Source).values(**row), "code", row))


def _or_update(statement: Any, key: str, row: dict[str, Any]) -> Any:  # noqa: ANN401 - an INSERT of PostgreSQL
    changed = {name: statement.excluded[name] for name in row if name != key}
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)


def _multipolygon(geojson: str) -> Any:  # noqa: ANN401 - an SQL expression
    return func.ST_ForcePolygonCCW(func.ST_Multi(func.ST_SetSRID(func.ST_GeomFromGeoJSON(geojson), 4326)))
