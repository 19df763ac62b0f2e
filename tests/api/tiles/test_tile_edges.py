"""Points at the edges of tiles and of the projection."""

import httpx
import pytest
from helpers.factories import add_poe
from helpers.tile_features import EXTENT, build_tile_path, get_tile_features
from sqlalchemy.ext.asyncio import AsyncConnection


@pytest.mark.parametrize(("latitude", "row"), [(89.9, 0), (90.0, 0), (-89.9, 15), (-90.0, 15)])
async def test_point_by_a_pole_is_drawn_at_the_end_of_the_map(
    client: httpx.AsyncClient, shipped: AsyncConnection, latitude: float, row: int
) -> None:
    await add_poe(shipped, "POLE", 10.0, latitude, iso3="NAM")
    features = await get_tile_features(client, build_tile_path("points-of-entry", 4, 8, row), country="NAM")
    assert [feature["properties"]["code"] for feature in features] == ["POLE"]
    assert features[0]["geometry"]["coordinates"][1] in {0, EXTENT}


async def test_neighbours_gather_the_same_points_where_one_lies_half_a_unit_beyond(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    """Of the last cell before an edge, in the one tile and in the other's buffer; a third of a unit was lost there."""
    unit = 360 / (4 * EXTENT)
    for code, units in (("A-1", -256.3), ("A-2", -200.0)):
        await add_poe(shipped, code, units * unit, -20.0, iso3="NAM")
    for column in (1, 2):
        features = await get_tile_features(
            client, build_tile_path("points-of-entry", 2, column, 2), bbox="-6,-21,-4,-19"
        )
        assert [feature["properties"]["points"] for feature in features] == [2]
