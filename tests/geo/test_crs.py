"""Coordinate reference systems: those offered are as the EPSG dataset has them; boxes in them lie where they should."""

from typing import Any

import pytest
from geoalchemy2 import Geometry
from pyproj import CRS
from sqlalchemy import ColumnElement, func, literal_column, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.bbox import Box, InvalidBox, ProjectedBox
from geo.crs import CRS84, Crs, UnknownCrs, build_box, list_crs, parse_crs, transform_to_crs, transform_to_stored

ALL = list(list_crs().values())


@pytest.mark.parametrize("crs", ALL[1:], ids=lambda crs: str(crs.srid))
def test_axes_and_names_are_those_of_the_epsg_dataset(crs: Crs) -> None:
    authority = CRS.from_epsg(crs.srid)
    assert authority.name == crs.name
    assert (authority.axis_info[0].direction == "north") == crs.north_first
    assert authority.is_geographic == crs.is_geographic
    assert not authority.is_deprecated


async def test_database_knows_every_system_that_is_offered(database: AsyncConnection) -> None:
    known = set((await database.scalars(text("SELECT srid FROM spatial_ref_sys"))).all())
    assert {crs.srid for crs in ALL} <= known


@pytest.mark.parametrize(
    "said",
    [
        "http://www.opengis.net/def/crs/EPSG/0/32634",
        "https://www.opengis.net/def/crs/EPSG/0/32634",
        "urn:ogc:def:crs:EPSG::32634",
        "EPSG:32634",
        "epsg:32634",
        "[EPSG:32634]",
    ],
)
def test_crs_is_accepted_in_every_notation(said: str) -> None:
    assert parse_crs(said).srid == 32634


@pytest.mark.parametrize(
    "said", ["", "EPSG", "EPSG:", "EPSG:1", "4326", "http://www.opengis.net/def/crs/OGC/1.3/CRS83"]
)
def test_unknown_crs_is_named(said: str) -> None:
    with pytest.raises(UnknownCrs, match="is none of the coordinate reference systems"):
        parse_crs(said)


def test_box_in_epsg_4326_has_latitude_before_longitude() -> None:
    assert (
        build_box((-20, 170, -10, -170), parse_crs("EPSG:4326"))
        == build_box((170, -20, -170, -10), CRS84)
        == Box(170, -20, -170, -10)
    )


def test_box_of_web_mercator_is_a_box_in_degrees() -> None:
    box = build_box((2226389.8159, 5012341.6638, 2337709.3067, 5160979.4440), parse_crs("EPSG:3857"))
    assert isinstance(box, Box)
    assert [round(side, 6) for side in (box.west, box.south, box.east, box.north)] == [20, 41, 21, 42]


def test_map_of_more_than_one_world_requests_all_of_it() -> None:
    box = build_box((-1e300, -1e300, 1e300, 1e300), parse_crs("EPSG:3857"))
    assert isinstance(box, Box)
    assert (box.west, box.east) == (-180, 180)
    assert -85.06 < box.south < -85 < 85 < box.north < 85.06


def test_box_whose_system_has_north_first_is_turned() -> None:
    assert build_box((3000000, 4000000, 3100000, 4200000), parse_crs("EPSG:3035")) == ProjectedBox(
        3035, 4000000, 3000000, 4200000, 3100000
    )


def test_projected_box_has_its_lower_corner_first() -> None:
    with pytest.raises(InvalidBox, match="lower corner"):
        build_box((500000, 0, 400000, 1), parse_crs("EPSG:32634"))


PUT = """
CREATE OR REPLACE FUNCTION pg_temp.put(g geometry) RETURNS geometry LANGUAGE plpgsql AS $$
BEGIN RETURN {expression}; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$
"""
FOUND_AGAIN = """
WITH place AS (
    SELECT ST_SetSRID(ST_MakePoint(x, y), 4326) AS was
    FROM generate_series(-180, 180, 15) AS x, generate_series(-90, 90, 7.5) AS y
), put AS (SELECT was, pg_temp.put(was) AS shown FROM place)
SELECT ST_AsText(was), ST_AsText(shown) FROM put
WHERE shown IS NOT NULL AND NOT coalesce(ST_DWithin(was::geography, pg_temp.back(shown)::geography, 10000), false)
"""
BACK = PUT.replace("pg_temp.put", "pg_temp.back")
PROJECTED = [crs for crs in ALL if not crs.is_geographic]


def in_sql(expression: ColumnElement[Any]) -> str:
    return str(expression.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("crs", PROJECTED, ids=lambda crs: str(crs.srid))
async def test_place_of_the_world_is_found_again_or_refused(database: AsyncConnection, crs: Crs) -> None:
    given = literal_column("g", Geometry())
    await database.execute(text(PUT.format(expression=in_sql(transform_to_crs(given, crs)))))
    await database.execute(text(BACK.format(expression=in_sql(transform_to_stored(given, crs)))))
    assert (await database.execute(text(FOUND_AGAIN))).all() == []


@pytest.mark.parametrize("srid", [3857, 3395, 3832])
@pytest.mark.parametrize("latitude", [90, -90, 86, -89.9])
async def test_mercator_map_has_no_place_by_the_poles(database: AsyncConnection, srid: int, latitude: float) -> None:
    place = func.ST_SetSRID(func.ST_MakePoint(20, latitude), 4326)
    with pytest.raises(DBAPIError, match="transform:"):
        await database.execute(select(transform_to_crs(place, parse_crs(f"EPSG:{srid}"))))


async def test_shape_ends_with_the_mercator_map(database: AsyncConnection) -> None:
    shape = func.ST_MakeEnvelope(0, -90, 20, -60, 4326)
    put = transform_to_crs(shape, parse_crs("EPSG:3857"))
    south, kind = (await database.execute(select(func.ST_YMin(put), func.ST_GeometryType(put)))).one()
    assert (round(south, -5), kind) == (-20000000, "ST_MultiPolygon")


async def test_shape_within_the_mercator_map_stays_as_it_is(database: AsyncConnection) -> None:
    shape = func.ST_MakeEnvelope(0, 40, 20, 60, 4326)
    same = func.ST_OrderingEquals(transform_to_crs(shape, parse_crs("EPSG:3857")), func.ST_Transform(shape, 3857))
    assert await database.scalar(select(same)) is True
