"""Boxes as they are written in an address."""

import httpx
import pytest
from helpers.factories import add_poe
from helpers.http import POINTS, count_matched, get_json
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from api.parameters.types import parse_box
from geo.bbox import Box, InvalidBox
from geo.crs import CRS84

LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-90, 90)
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("19.3,42.2,23.0,46.2", Box(west=19.3, south=42.2, east=23.0, north=46.2)),
        ("1,2,-100,3,4,9000", Box(1, 2, 3, 4)),
        (" 1, 2 ,3 , 4", Box(1, 2, 3, 4)),
        ("170,-25,-170,-10", Box(170, -25, -170, -10)),
        ("170,-25,190,-10", Box(170, -25, -170, -10)),
    ],
)
def test_box_is_west_south_east_north(text: str, box: Box) -> None:
    assert parse_box(text, CRS84) == box


@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_box_is_read_as_it_is_written(west: float, south: float, east: float, north: float) -> None:
    box = Box.build(west, min(south, north), east, max(south, north))
    assert parse_box(f"{box.west!r},{box.south!r},{box.east!r},{box.north!r}", CRS84) == box


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,2,3", r"a box has 4 numbers \(west,south,east,north\) or 6, not 3"),
        ("1,2,3,4,5", "not 5"),
        ("1,2,three,4", "'three' is not a number"),
        ("1,2,3,", "'' is not a number"),
        ("1_0,2,3,4", "'1_0' is not a number"),
        ("nan,2,3,4", "'nan' is not a number"),
        ("1,2,inf,4", "'inf' is not a number"),
        ("1,2,3e400,4", "'3e400' is not a finite number"),
        ("1,-90.0000000000001,3,4", "south is -90.0000000000001, outside -90 to 90"),
    ],
)
def test_invalid_bbox_is_explained(text: str, reason: str) -> None:
    with pytest.raises(InvalidBox, match=reason):
        parse_box(text, CRS84)


@pytest.mark.parametrize("longitude", [180, -180])
@pytest.mark.parametrize("sides", ["175,-17,180,-16", "-180,-17,-175,-16", "175,-17,-175,-16", "180,-17,180,-16"])
async def test_point_on_the_antimeridian_is_in_every_box_that_ends_there(
    client: httpx.AsyncClient, shipped: AsyncConnection, longitude: float, sides: str
) -> None:
    await add_poe(shipped, "XX-X", longitude, -16.5)
    assert await count_matched(client, POINTS, bbox=sides, code="XX-X") == 1


@pytest.mark.parametrize(
    ("sides", "crs"),
    [
        ("170,-25,-170,-10", ""),
        ("170,-25,190,-10", ""),
        ("-190,-25,-170,-10", ""),
        ("530,-25,550,-10", ""),
        ("18924313.43,-2875744.62,21150703.25,-1118889.97", MERCATOR),
        ("-21150703.25,-2875744.62,-18924313.43,-1118889.97", MERCATOR),
    ],
)
async def test_box_of_another_world_has_the_points_of_this_one(
    client: httpx.AsyncClient, shipped: AsyncConnection, sides: str, crs: str
) -> None:
    asked = {"bbox": sides, "filter": "code IN ('XX-W','XX-E','XX-F')"} | ({"bbox-crs": crs} if crs else {})
    for code, longitude in (("XX-W", 177.4), ("XX-E", -178.8), ("XX-F", 160.0)):
        await add_poe(shipped, code, longitude, -17.8)
    assert await count_matched(client, POINTS, **asked) == 2


AROUND_FIJI = [
    "S_INTERSECTS(geometry, BBOX(175, -17, 180, -16))",
    "S_INTERSECTS(geometry, BBOX(-180, -17, -175, -16))",
    "S_INTERSECTS(geometry, BBOX(175, -17, 185, -16))",
    "S_WITHIN(geometry, POLYGON((175 -17,185 -17,185 -16,175 -16,175 -17)))",
    "S_INTERSECTS(geometry, POLYGON((175 -17,180 -17,180 -16,175 -16,175 -17)))",
    "S_INTERSECTS(geometry, POINT(-180 -16.5))",
    "NOT S_DISJOINT(geometry, POINT(180 -16.5))",
]


@pytest.mark.parametrize("longitude", [180, -180])
@pytest.mark.parametrize("condition", AROUND_FIJI)
async def test_point_on_the_antimeridian_is_in_filters_on_both_sides(
    client: httpx.AsyncClient, shipped: AsyncConnection, longitude: float, condition: str
) -> None:
    await add_poe(shipped, "FJ-EDGE", longitude, -16.5)
    found = await get_json(client, "/collections/points-of-entry/items", filter=condition, limit="1000")
    assert "FJ-EDGE" in {feature["id"] for feature in found["features"]}
