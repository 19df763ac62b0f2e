"""The background of the maps: vector tiles of countries, their borders and names, from our own data."""

import math
from collections import Counter
from typing import Any

import httpx
import mapbox_vector_tile
import pytest
from helpers.shipped.register import read_shipped_countries

MVT = "application/vnd.mapbox-vector-tile"
HALF_A_MEGABYTE = 500_000
UNITS = 4096
LANGUAGES = ("name", "name_en", "name_fr", "name_es", "name_ar")


def tile_at(z: int, longitude: float, latitude: float) -> str:
    """The path of the tile in which a place lies."""
    south = math.asinh(math.tan(math.radians(latitude))) / math.pi
    return f"/basemap/{z}/{int((longitude + 180) / 360 * 2**z)}/{int((1 - south) / 2 * 2**z)}.mvt"


async def layers(client: httpx.AsyncClient, tile: str) -> dict[str, list[dict[str, Any]]]:
    """The features of each layer, by its name."""
    response = await client.get(tile)
    decoded = mapbox_vector_tile.decode(response.content, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in decoded.items()}


async def sides(client: httpx.AsyncClient, tile: str) -> dict[tuple[str, str | None], bool]:
    """Whether each line of the tile is disputed, by the countries on both sides; a coast has one."""
    properties = [line["properties"] for line in (await layers(client, tile))["borders"]]
    return {(line["iso3"], line.get("other_iso3")): line["disputed"] for line in properties}


async def labels(client: httpx.AsyncClient, tile: str = "/basemap/0/0/0.mvt") -> dict[str, dict[str, Any]]:
    return {label["properties"]["iso3"]: label["properties"] for label in (await layers(client, tile))["labels"]}


async def test_world_is_one_tile_of_less_than_100_kilobytes(client: httpx.AsyncClient) -> None:
    response = await client.get("/basemap/0/0/0.mvt")
    assert (response.status_code, response.headers["content-type"]) == (200, MVT)
    assert 10_000 < len(response.content) < 100_000


async def test_tile_has_countries_their_borders_and_their_labels(client: httpx.AsyncClient) -> None:
    assert set(await layers(client, "/basemap/0/0/0.mvt")) == {"countries", "borders", "labels"}


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


async def test_tile_names_its_countries(client: httpx.AsyncClient) -> None:
    tile = (await client.get(tile_at(5, 20.46, 44.82))).content
    for text in (b"countries", b"iso3", b"SRB", b"Serbia"):
        assert text in tile


async def test_tile_of_the_open_sea_is_empty(client: httpx.AsyncClient) -> None:
    response = await client.get(tile_at(8, -130, 0.5))
    assert (response.status_code, response.content) == (204, b"")


async def test_tiles_may_be_kept_for_a_day(client: httpx.AsyncClient) -> None:
    assert (await client.get("/basemap/0/0/0.mvt")).headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    "tile",
    ["10/0/0", "-1/0/0", "0/1/0", "0/0/1", "1/-1/0", "3/8/0", "3/0/8", "99999999999999999999/0/0"],
)
async def test_tile_outside_the_pyramid_is_not_found(client: httpx.AsyncClient, tile: str) -> None:
    response = await client.get(f"/basemap/{tile}.mvt")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("tile", ["a/0/0", "0/b/0", "0/0/c", "0/0/0.5"])
async def test_tile_whose_numbers_are_none_is_a_problem_of_the_request(client: httpx.AsyncClient, tile: str) -> None:
    response = await client.get(f"/basemap/{tile}.mvt")
    assert response.status_code in {400, 404}
    assert response.headers["content-type"] == "application/problem+json"


class TestBorders:
    async def test_border_of_serbia_with_kosovo_is_disputed_and_that_with_hungary_is_not(
        self, client: httpx.AsyncClient
    ) -> None:
        found = await sides(client, tile_at(5, 20.46, 44.82))
        assert (found["SRB", "XKX"], found["HUN", "SRB"]) == (True, False)

    async def test_france_has_a_coast_which_nobody_disputes(self, client: httpx.AsyncClient) -> None:
        assert (await sides(client, tile_at(5, -1.5, 46.2)))["FRA", None] is False

    @pytest.mark.parametrize(("z", "longitude"), [(0, 0), (3, 179.9), (3, -179.9), (6, 179.9), (6, -179.9)])
    async def test_nothing_runs_along_180_degrees(self, client: httpx.AsyncClient, z: int, longitude: float) -> None:
        for line in (await layers(client, tile_at(z, longitude, 67.5))).get("borders", []):
            geometry = line["geometry"]
            parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
            along = [part for part in parts if {x for x, _ in part} in ({0}, {UNITS})]
            assert [part for part in along if abs(part[0][1] - part[-1][1]) > 8] == []

    async def test_tile_in_the_middle_of_a_country_has_no_line(self, client: httpx.AsyncClient) -> None:
        assert "borders" not in await layers(client, tile_at(8, 134, -25))


class TestLabels:
    @pytest.mark.parametrize("z", [0, 1, 2, 3])
    async def test_every_country_has_its_label_in_exactly_one_tile_of_a_level(
        self, client: httpx.AsyncClient, z: int
    ) -> None:
        found: Counter[str] = Counter()
        for x in range(2**z):
            for y in range(2**z):
                for label in (await layers(client, f"/basemap/{z}/{x}/{y}.mvt")).get("labels", []):
                    found[label["properties"]["iso3"]] += 1
                    assert all(0 <= unit < UNITS for unit in label["geometry"]["coordinates"])
        assert found == Counter(row["iso3"] for row in read_shipped_countries())

    async def test_label_has_its_name_in_four_languages(self, client: httpx.AsyncClient) -> None:
        chad = (await labels(client))["TCD"]
        assert [chad[language] for language in LANGUAGES] == ["Chad", "Chad", "Tchad", "Chad", "تشاد"]

    async def test_label_is_the_form_to_print(self, client: httpx.AsyncClient) -> None:
        kosovo = (await labels(client))["XKX"]
        assert (kosovo["name"], kosovo["name_en"]) == ("Kosovo (SCR 1244)", "Kosovo (SCR 1244)")
        assert "name_fr" not in kosovo

    async def test_largest_countries_rank_first(self, client: httpx.AsyncClient) -> None:
        found = await labels(client)
        assert [found[iso3]["rank"] for iso3 in ("BRA", "TCD", "FRA", "AUT", "LUX", "MCO")] == [1, 2, 3, 4, 5, 6]

    async def test_each_rank_adds_about_as_many_as_a_map_can_take(self, client: httpx.AsyncClient) -> None:
        ranks = [label["rank"] for label in (await labels(client)).values()]
        assert [sum(rank <= least for rank in ranks) for least in range(1, 7)] == [15, 40, 79, 131, 189, 250]


def names_in(features: list[dict[str, Any]]) -> set[str]:
    return {feature["properties"]["name"] for feature in features}


class TestPlaces:
    @pytest.mark.parametrize("z", [0, 1, 2, 3])
    async def test_world_and_continents_have_countries_alone(self, client: httpx.AsyncClient, z: int) -> None:
        assert set(await layers(client, tile_at(z, 30.5, 50.4))) == {"countries", "borders", "labels"}

    @pytest.mark.parametrize(
        ("z", "more"),
        [
            (4, {"towns", "rivers", "lakes", "lake_labels"}),
            (5, {"towns", "rivers", "lakes", "lake_labels", "region_borders"}),
            (6, {"towns", "rivers", "lakes", "lake_labels", "region_borders", "roads"}),
            (7, {"towns", "rivers", "lakes", "lake_labels", "region_borders", "roads", "railways"}),
        ],
    )
    async def test_each_level_shows_more_of_the_great_lakes(
        self, client: httpx.AsyncClient, z: int, more: set[str]
    ) -> None:
        found = await layers(client, tile_at(z, -79.5, 42.3))
        assert set(found) - {"countries", "borders", "labels"} <= more
        assert more - set(found) <= {"lake_labels", "labels"}

    async def test_towns_are_more_from_level_to_level(self, client: httpx.AsyncClient) -> None:
        found = [names_in((await layers(client, tile_at(z, 30.2, 49.0)))["towns"]) for z in (4, 5, 6)]
        assert ["Kyiv" in names for names in found] == [True, True, True]
        assert ["Zhytomyr" in names for names in found] == [False, True, True]
        assert ["Nizhyn" in names for names in found] == [False, False, True]

    async def test_places_near_borders_are_those_of_geonames(self, client: httpx.AsyncClient) -> None:
        found = [names_in((await layers(client, tile_at(z, 24.14, 50.23)))["towns"]) for z in (8, 9)]
        assert ["Velyki Mosty" in names for names in found] == [False, True]

    async def test_town_has_its_name_in_a_language_where_that_is_another(self, client: httpx.AsyncClient) -> None:
        towns = (await layers(client, tile_at(5, 30.5, 50.4)))["towns"]
        (kyiv,) = (town["properties"] for town in towns if town["properties"]["name"] == "Kyiv")
        assert [kyiv.get(name) for name in ("name_fr", "name_es", "name_ar")] == ["Kyïv", None, "كييف"]

    async def test_town_is_in_one_tile_of_a_level(self, client: httpx.AsyncClient) -> None:
        for feature in (await layers(client, tile_at(6, 30.5, 50.4)))["towns"]:
            assert all(0 <= unit < UNITS for unit in feature["geometry"]["coordinates"])

    @pytest.mark.parametrize("z", range(4, 10))
    async def test_tile_of_europe_is_small(self, client: httpx.AsyncClient, z: int) -> None:
        assert len((await client.get(tile_at(z, 20, 46))).content) < 60_000

    async def test_deepest_level_is_nine(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(tile_at(9, 20.46, 44.82))).status_code == 200
