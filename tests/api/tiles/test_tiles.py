"""Tiles of every collection: each point exactly once, in both forms, with every filter and both clocks."""

import json
import math
from collections import Counter
from collections.abc import Iterator

import httpx
import mapbox_vector_tile
import pytest
from helpers.factories import add_poe, day, fetch_source_id, record_status
from helpers.http import POINTS, RESTRICTIONS, Document, find_link, get_all_features, get_json
from helpers.shipped.register import fetch_point_id, read_shipped_register, select_codes
from helpers.tile_features import EXTENT, Feature, build_tile_path, get_tile_features
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.registry import COLLECTIONS
from api.tiles.fields import MAX_CLUSTER_ZOOM, list_groups
from models.tables.assessment import Assessment

CELL = 256
SERBIA = select_codes(country_iso3="SRB")


def is_own(feature: Feature) -> bool:
    """Whether it stands in the tile and not in the buffer around it."""
    return all(0 <= unit < EXTENT for unit in feature["geometry"]["coordinates"])


def tiles_with_points(z: int) -> Iterator[tuple[int, int]]:
    """The columns and rows of all tiles of the level."""
    return ((x, y) for x in range(1 << z) for y in range(1 << z))


class TestTheWholeRegister:
    @pytest.mark.parametrize("z", range(MAX_CLUSTER_ZOOM + 1))
    async def test_gathered_points_are_counted_once(self, client: httpx.AsyncClient, z: int) -> None:
        tiles = [
            await get_tile_features(client, build_tile_path("points-of-entry", z, x, y))
            for x, y in tiles_with_points(z)
        ]
        own = [feature["properties"] for tile in tiles for feature in tile if is_own(feature)]
        assert sum(each["points"] for each in own) == len(read_shipped_register())
        assert sum(each["not_assessed"] for each in own) == len(read_shipped_register())

    @pytest.mark.parametrize("z", [4, 5, 6])
    async def test_every_point_is_in_the_area_of_one_tile(self, client: httpx.AsyncClient, z: int) -> None:
        found: Counter[str] = Counter()
        for x, y in tiles_with_points(z) if z == 4 else busy_tiles(z):
            tile = await get_tile_features(client, build_tile_path("points-of-entry", z, x, y))
            found.update(feature["properties"]["code"] for feature in tile if is_own(feature))
        assert set(found) == {row["poe_id"] for row in read_shipped_register()}
        assert set(found.values()) == {1}

    async def test_tile_of_the_world_is_light(self, client: httpx.AsyncClient) -> None:
        for ending in ("mvt", "geojson"):
            response = await client.get(build_tile_path("points-of-entry", 0, 0, 0, ending))
            assert 0 < len(response.content) < 100_000

    @pytest.mark.parametrize("tile", [(0, 0, 0), (2, 2, 1), (4, 8, 5), (6, 35, 23)])
    @pytest.mark.parametrize("collection", ["points-of-entry", "countries"])
    async def test_both_forms_have_the_same_features(
        self, client: httpx.AsyncClient, collection: str, tile: tuple[int, int, int]
    ) -> None:
        vector = await get_tile_features(client, build_tile_path(collection, *tile))
        geojson = await get_tile_features(client, build_tile_path(collection, *tile, "geojson"))
        assert sorted(map(identified, vector)) == sorted(map(identified, geojson))
        assert geojson

    async def test_both_addresses_give_the_same_tile(self, client: httpx.AsyncClient) -> None:
        by_ending = await client.get(build_tile_path("points-of-entry", 4, 8, 5))
        by_ogc = await client.get("/collections/points-of-entry/tiles/WebMercatorQuad/4/5/8")
        as_geojson = await client.get("/collections/points-of-entry/tiles/WebMercatorQuad/4/5/8?f=geojson")
        accepted = await client.get(
            "/collections/points-of-entry/tiles/WebMercatorQuad/4/5/8", headers={"Accept": "application/geo+json"}
        )
        assert by_ending.content == by_ogc.content
        assert as_geojson.content == accepted.content
        assert by_ending.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert as_geojson.headers["content-type"] == "application/geo+json"


def busy_tiles(z: int) -> list[tuple[int, int]]:
    """Those that hold a point of the register; the others, thousands, would only be found empty."""
    found = {tile_of_point(z, float(row["lon"]), float(row["lat"])) for row in read_shipped_register()}
    return sorted(found)


def tile_of_point(z: int, longitude: float, latitude: float) -> tuple[int, int]:
    """By the numbers that the tile's grid is made of: what rounds to the next tile's edge is that tile's."""
    units = EXTENT << z
    u = round((longitude + 180) / 360 * units) % units
    v = round((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * units)
    return u // EXTENT, v // EXTENT


def identified(feature: Feature) -> str:
    """A feature by what is the same of it in both forms: its properties, without those that are null."""
    properties = {name: value for name, value in feature["properties"].items() if value is not None}
    lists = {name: ",".join(value) for name, value in properties.items() if isinstance(value, list)}
    return json.dumps(properties | lists, sort_keys=True)


@pytest.mark.parametrize("z", [0, 1, 3, 4, 6])
async def test_no_point_at_180_degrees_is_lost_or_doubled(
    client: httpx.AsyncClient, shipped: AsyncConnection, z: int
) -> None:
    longitudes = (-180.0, -179.9999999, 180.0, 179.9999999, 179.99, -179.99)
    for number, longitude in enumerate(longitudes):
        await add_poe(shipped, f"EDGE-{number}", longitude, 10.0 + number / 1000, iso3="NAM")
    last, row = (1 << z) - 1, tile_of_point(z, 0, 10)[1]
    found: Counter[str] = Counter()
    points = 0
    for x in {0, last}:
        for feature in await get_tile_features(client, build_tile_path("points-of-entry", z, x, row), country="NAM"):
            if is_own(feature) and (z > MAX_CLUSTER_ZOOM or is_by_the_edge(feature)):
                points += feature["properties"].get("points", 0)
                found.update([feature["properties"].get("code", "")])
    if z > MAX_CLUSTER_ZOOM:
        assert {code: number for code, number in found.items() if code.startswith("EDGE")} == dict.fromkeys(
            (f"EDGE-{number}" for number in range(6)), 1
        )
    else:
        assert points == 6


def is_by_the_edge(feature: Feature) -> bool:
    u = feature["geometry"]["coordinates"][0]
    return u < CELL or u >= EXTENT - CELL


async def test_point_near_an_edge_is_also_in_the_buffer_of_the_next_tile(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await add_poe(shipped, "EDGE", 22.49, 45.0, iso3="NAM")
    west = await get_tile_features(client, build_tile_path("points-of-entry", 4, 8, 5), country="NAM")
    east = await get_tile_features(client, build_tile_path("points-of-entry", 4, 9, 5), country="NAM")
    assert [is_own(feature) for feature in west] == [True]
    assert [is_own(feature) for feature in east] == [False]


async def test_gathered_points_are_counted_by_status(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    statuses = ("closed", "closed", "open", "partially_operational", "unknown", None)
    for number, status in enumerate(statuses):
        code = await add_poe(shipped, f"T-{number}", 17.1 + number / 1000, -22.5, iso3="NAM")
        if status:
            await record_status(shipped, code, status, "03-01")
    tile = await get_tile_features(client, build_tile_path("points-of-entry", 1, 1, 1), datetime="2020-04-01", iata="")
    counted = {name: sum(feature["properties"][name] for feature in tile if is_own(feature)) for name in list_groups()}
    assert counted | {"not_assessed": 0} == {
        "fully_operational": 1,
        "partially_operational": 1,
        "fully_closed": 2,
        "unknown": 1,
        "not_assessed": 0,
    }


@pytest.mark.parametrize(("on", "old"), [("2020-03-28", 0), ("2020-03-29", 2)])
async def test_gathered_points_whose_reports_are_old_are_counted_again(
    client: httpx.AsyncClient, shipped: AsyncConnection, on: str, old: int
) -> None:
    for number, status in enumerate(("closed", "closed", "open", None)):
        code = await add_poe(shipped, f"T-{number}", 17.1 + number / 1000, -22.5, iso3="NAM")
        if status:
            _, recorded_at = await record_status(shipped, code, status, "02-01")
            looked = {"assessed_on": day("03-01" if status == "closed" else "03-20"), "recorded_at": recorded_at}
            source = await fetch_source_id(shipped)
            await shipped.execute(insert(Assessment).values(point_of_entry_id=code, source_id=source, **looked))
    tile = await get_tile_features(client, build_tile_path("points-of-entry", 1, 1, 1), datetime=on)
    own = [feature["properties"] for feature in tile if is_own(feature)]
    counted = {name: sum(each[name] for each in own) for name in ("fully_closed", "fully_closed_old")}
    assert counted == {"fully_closed": 2, "fully_closed_old": old}
    assert sum(each["fully_operational_old"] for each in own) == 0


async def test_point_alone_keeps_its_name(client: httpx.AsyncClient) -> None:
    code = min(SERBIA)
    (feature,) = await get_tile_features(client, build_tile_path("points-of-entry", 1, 1, 0, "geojson"), code=code)
    assert (feature["id"], feature["properties"]["points"]) == (code, 1)
    assert feature["properties"]["name"]


@pytest.mark.parametrize(
    "query",
    [
        {"country": "SRB"},
        {"region": "SEEECA", "poe_type": "airport"},
        {"filter": "iata IS NOT NULL AND country IN ('SRB','ROU')"},
        {"bbox": "19,44,21,45"},
        {"is_poe": "false"},
        {"name": "Belgrade Nikola Tesla Airport"},
    ],
    ids=str,
)
async def test_filters_are_those_of_the_items(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    tile = await get_tile_features(client, build_tile_path("points-of-entry", 4, 8, 5), **query)
    box = {"bbox": "0,40.9799,22.4999,55.7766"} if "bbox" not in query else {}
    items = await get_all_features(client, POINTS, **query, **box)
    inside = {feature["properties"]["code"] for feature in tile if is_own(feature)}
    assert inside == {feature["id"] for feature in items}


async def test_tile_answers_for_the_day_and_as_known_then(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    number = await fetch_point_id(shipped, "OA-4610")
    moment = (await record_status(shipped, number, "closed", "03-20", "05-11"))[1].isoformat()
    await record_status(shipped, number, "open", "03-20", "05-11")

    async def status(**query: str) -> str:
        (feature,) = await get_tile_features(
            client, build_tile_path("points-of-entry", 6, 35, 23), code="OA-4610", **query
        )
        return str(feature["properties"]["operational_status"])

    assert await status(datetime="2020-04-15") == "open"
    assert await status(datetime="2020-04-15", as_known_at=moment) == "closed"
    assert await status(datetime="2020-06-15") == "unknown"


async def test_tile_with_nothing_in_it_is_empty(client: httpx.AsyncClient) -> None:
    for ending in ("mvt", "geojson"):
        response = await client.get(build_tile_path("points-of-entry", 6, 0, 63, ending))
        assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_every_collection_has_tiles(client: httpx.AsyncClient, shipped: AsyncConnection, collection: str) -> None:
    await record_status(shipped, await fetch_point_id(shipped, "OA-4610"), "closed", "03-20", "05-11")
    query = {"datetime": "2020-03-19/2020-03-20"}
    for z, x, y in ((2, 2, 1), (6, 35, 23)):
        assert await get_tile_features(client, build_tile_path(collection, z, x, y), **query)
        assert await get_tile_features(client, build_tile_path(collection, z, x, y, "geojson"), **query)


async def test_restrictions_have_their_number_as_the_id_of_a_vector_tile(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await record_status(shipped, await fetch_point_id(shipped, "OA-4610"), "closed", "03-20", "05-11")
    (feature,) = await get_tile_features(client, build_tile_path("restrictions", 6, 35, 23))
    (item,) = await get_all_features(client, RESTRICTIONS)
    assert feature["id"] == item["id"]


async def test_properties_are_those_requested(client: httpx.AsyncClient) -> None:
    tile = await get_tile_features(client, build_tile_path("points-of-entry", 6, 35, 23), properties="name,icao")
    assert {name for feature in tile for name in feature["properties"]} <= {"name", "icao"}
    assert tile


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (build_tile_path("points-of-entry", 13, 0, 0), 404),
        (build_tile_path("points-of-entry", 1, 2, 0), 404),
        (build_tile_path("points-of-entry", 1, 0, 0, "png"), 404),
        ("/collections/points-of-entry/tiles/1/0/x.mvt", 404),
        ("/collections/points-of-entry/tiles/1/0/\u0660.mvt", 404),
        ("/collections/points-of-entry/tiles/1/0/1_0.mvt", 404),
        (build_tile_path("nothing", 1, 0, 0), 404),
        (build_tile_path("points-of-entry", 1, 0, 0) + "?limit=5", 400),
        (build_tile_path("points-of-entry", 1, 0, 0) + "?country=XXX", 400),
        (build_tile_path("points-of-entry", 1, 0, 0) + "?nonsense=1", 400),
        (build_tile_path("points-of-entry", 1, 0, 0) + "?filter=nonsense=1", 400),
        ("/collections/points-of-entry/tilejson?filter=nonsense=", 400),
        ("/collections/points-of-entry/tiles/WebMercatorQuad/1/0/0?f=png", 400),
        ("/collections/points-of-entry/tiles/WorldCRS84Quad/1/0/0", 404),
        ("/tileMatrixSets/WorldCRS84Quad", 404),
    ],
)
async def test_unknown_tile_is_explained(client: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await client.get(path)).status_code == status


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_tilejson_leads_to_the_tiles_with_filters_and_clocks(client: httpx.AsyncClient, collection: str) -> None:
    document = await get_json(client, f"/collections/{collection}/tilejson", region="SEEECA", datetime="2020-04-15")
    assert document["tilejson"] == "3.0.0"
    (template,) = document["tiles"]
    asked = httpx.URL(template.replace("{", "").replace("}", "")).params
    # Changes are those since the day before.
    assert (asked["region"], asked["datetime"].split("/")[-1]) == ("SEEECA", "2020-04-15")
    assert "as_known_at" in asked
    tile = await client.get(template.format(z=2, x=2, y=1))
    assert tile.status_code in {200, 204}
    (layer,) = document["vector_layers"]
    assert layer["id"] == collection
    if tile.content:
        decoded = mapbox_vector_tile.decode(tile.content)
        assert set(decoded) == {collection}
        found = {name for feature in decoded[collection]["features"] for name in feature["properties"]}
        assert found <= set(layer["fields"])
    west, south, east, north = document["bounds"]
    assert west < east
    assert -85.1 < south < north < 85.1


async def test_tilesets_are_described_as_ogc_requires(client: httpx.AsyncClient) -> None:
    collection = await get_json(client, "/collections/points-of-entry")
    listed = await get_json(
        client, str(find_link(collection, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"))
    )
    (tileset,) = listed["tilesets"]
    described: Document = await get_json(client, str(find_link(tileset, "self")))
    assert described["dataType"] == "vector"
    scheme = await get_json(client, str(find_link(described, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")))
    assert scheme["uri"] == described["tileMatrixSetURI"]
    assert [matrix["matrixWidth"] for matrix in scheme["tileMatrices"][:3]] == [1, 2, 4]
    template = next(each["href"] for each in described["links"] if each["rel"] == "item")
    tile = await client.get(template.format(tileMatrix=4, tileRow=5, tileCol=8))
    assert tile.status_code == 200
    page = await client.get("/collections/points-of-entry/tiles", params={"f": "html"})
    assert "tilejson" in page.text


async def test_gathered_tile_counts_the_points_of_its_own_area(client: httpx.AsyncClient) -> None:
    tile = await get_tile_features(client, build_tile_path("points-of-entry", 2, 2, 1))
    own = sum(feature["properties"]["points"] for feature in tile if is_own(feature))
    places = [tile_of_point(2, float(row["lon"]), float(row["lat"])) for row in read_shipped_register()]
    assert own == places.count((2, 1))
