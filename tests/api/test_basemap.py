"""The background of the maps: vector tiles of the countries, from our own data."""

import math

import httpx
import pytest

MVT = "application/vnd.mapbox-vector-tile"
HALF_A_MEGABYTE = 500_000


def tile_at(z: int, longitude: float, latitude: float) -> str:
    """The path of the tile in which a place lies."""
    south = math.asinh(math.tan(math.radians(latitude))) / math.pi
    return f"/basemap/{z}/{int((longitude + 180) / 360 * 2**z)}/{int((1 - south) / 2 * 2**z)}.mvt"


async def test_the_world_is_one_tile_of_less_than_half_a_megabyte(client: httpx.AsyncClient) -> None:
    response = await client.get("/basemap/0/0/0.mvt")
    assert (response.status_code, response.headers["content-type"]) == (200, MVT)
    assert 10_000 < len(response.content) < HALF_A_MEGABYTE


async def test_every_tile_of_the_first_zoom_levels_is_there_and_small(client: httpx.AsyncClient) -> None:
    for z in (1, 2):
        for x in range(2**z):
            for y in range(2**z):
                response = await client.get(f"/basemap/{z}/{x}/{y}.mvt")
                assert response.status_code in {200, 204}
                assert len(response.content) < HALF_A_MEGABYTE


@pytest.mark.parametrize("longitude", [178.0, -179.0])
@pytest.mark.parametrize("z", [1, 3, 5])
async def test_fiji_is_drawn_on_both_sides_of_the_antimeridian(
    client: httpx.AsyncClient, z: int, longitude: float
) -> None:
    assert b"FJI" in (await client.get(tile_at(z, longitude, -17.5))).content


async def test_a_tile_names_its_countries(client: httpx.AsyncClient) -> None:
    tile = (await client.get(tile_at(5, 20.46, 44.82))).content
    for text in (b"countries", b"iso3", b"SRB", b"Serbia"):
        assert text in tile


async def test_a_tile_of_the_open_sea_is_empty(client: httpx.AsyncClient) -> None:
    response = await client.get(tile_at(8, -130, 0.5))
    assert (response.status_code, response.content) == (204, b"")


async def test_tiles_may_be_kept_for_a_day(client: httpx.AsyncClient) -> None:
    assert (await client.get("/basemap/0/0/0.mvt")).headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    "tile",
    ["9/0/0", "-1/0/0", "0/1/0", "0/0/1", "1/-1/0", "3/8/0", "3/0/8", "99999999999999999999/0/0"],
)
async def test_a_tile_outside_the_pyramid_is_not_found(client: httpx.AsyncClient, tile: str) -> None:
    response = await client.get(f"/basemap/{tile}.mvt")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("tile", ["a/0/0", "0/b/0", "0/0/c", "0/0/0.5"])
async def test_a_tile_whose_numbers_are_none_is_a_problem_of_the_request(client: httpx.AsyncClient, tile: str) -> None:
    response = await client.get(f"/basemap/{tile}.mvt")
    assert response.status_code in {400, 404}
    assert response.headers["content-type"] == "application/problem+json"
