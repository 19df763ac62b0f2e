"""The documents of the collections: what there is, how far it reaches, and where to get it."""

from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import count_matched, get_all_features, get_json
from sqlalchemy.ext.asyncio import AsyncConnection

from api.formats.registry import FORMATS
from geo.crs import list_crs

COLLECTIONS = ("points-of-entry", "restrictions", "changes", "countries")
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
every_collection = pytest.mark.parametrize("collection", COLLECTIONS)


async def collection_named(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    return await get_json(client, f"/collections/{name}")


async def test_there_are_four_collections(client: httpx.AsyncClient) -> None:
    listed = (await get_json(client, "/collections"))["collections"]
    assert [collection["id"] for collection in listed] == list(COLLECTIONS)


@every_collection
async def test_collection_is_described_alike_in_the_list_and_alone(client: httpx.AsyncClient, collection: str) -> None:
    listed = (await get_json(client, "/collections"))["collections"]
    (in_list,) = [each for each in listed if each["id"] == collection]
    alone = await collection_named(client, collection)
    # The list of coordinate systems stands once for all collections (`#/crs`).
    assert {**alone, "links": None, "crs": None} == {**in_list, "links": None, "crs": None}


@every_collection
async def test_collection_says_what_it_is(client: httpx.AsyncClient, collection: str) -> None:
    described = await collection_named(client, collection)
    assert (described["id"], described["itemType"]) == (collection, "feature")
    assert described["title"]
    assert described["description"]
    assert (described["crs"], described["storageCrs"]) == (list(list_crs()), CRS84)


@every_collection
async def test_collection_counts_its_items(
    client: httpx.AsyncClient, shipped: AsyncConnection, collection: str
) -> None:
    await record_status(shipped, await add_poe(shipped, "XX-A"), "closed", "03-01")
    described = await collection_named(client, collection)
    assert described["itemCount"] == await count_matched(client, f"/collections/{collection}/items")


@every_collection
async def test_every_link_of_a_collection_has_its_media_type(client: httpx.AsyncClient, collection: str) -> None:
    for link in (await collection_named(client, collection))["links"]:
        response = await client.get(link["href"], headers={"Accept": link["type"]})
        assert response.status_code == 200, link
        assert response.headers["content-type"].split(";")[0] == link["type"], link


@every_collection
async def test_collection_leads_to_its_items_in_every_form_and_once_as_geojson(
    client: httpx.AsyncClient, collection: str
) -> None:
    links = (await collection_named(client, collection))["links"]
    items = [httpx.URL(link["href"]) for link in links if link["rel"] in {"items", "enclosure"}]
    assert {url.path for url in items} == {f"/collections/{collection}/items"}
    assert sorted(url.params.get("f", "json") for url in items) == sorted(set(FORMATS) - {"geojson"})


@every_collection
async def test_collection_leads_to_its_licence(client: httpx.AsyncClient, collection: str) -> None:
    links = (await collection_named(client, collection))["links"]
    assert [link["href"] for link in links if link["rel"] == "license"] == ["http://test/sources"]


async def test_every_point_stands_within_the_extent_of_the_points(client: httpx.AsyncClient) -> None:
    (box,) = (await collection_named(client, "points-of-entry"))["extent"]["spatial"]["bbox"]
    places = [
        it["geometry"]["coordinates"] for it in await get_all_features(client, "/collections/points-of-entry/items")
    ]
    longitudes, latitudes = zip(*places, strict=True)
    assert box == pytest.approx([min(longitudes), min(latitudes), max(longitudes), max(latitudes)])


async def test_points_reach_back_as_far_as_the_measures_of_their_countries(client: httpx.AsyncClient) -> None:
    for collection in ("points-of-entry", "countries"):
        temporal = (await collection_named(client, collection))["extent"]["temporal"]
        assert temporal["interval"] == [["2020-01-01T00:00:00Z", None]]


async def test_restrictions_reach_from_their_first_day_to_their_last(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await record_status(shipped, await add_poe(shipped, "XX-A", 10, 20), "closed", "2019-03-01", "2019-04-01")
    await record_status(shipped, await add_poe(shipped, "XX-B", -30, 40), "closed", "2021-03-01", "2021-07-01")
    extent = (await collection_named(client, "restrictions"))["extent"]
    assert extent["spatial"]["bbox"] == [[-30, 20, 10, 40]]
    assert extent["temporal"]["interval"] == [["2019-03-01T00:00:00Z", "2021-06-30T00:00:00Z"]]


async def test_restrictions_without_a_known_end_reach_into_the_open(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await record_status(shipped, await add_poe(shipped, "XX-A"), "closed", "2019-03-01")
    await record_status(shipped, await add_poe(shipped, "XX-B"), "closed", "2021-03-01", "2021-07-01")
    extent = (await collection_named(client, "restrictions"))["extent"]
    assert extent["temporal"]["interval"] == [["2019-03-01T00:00:00Z", None]]


async def test_restrictions_have_an_extent_while_there_are_none(client: httpx.AsyncClient) -> None:
    extent = (await collection_named(client, "restrictions"))["extent"]
    assert extent["spatial"]["bbox"] == [[-180, -90, 180, 90]]
    assert extent["temporal"]["interval"] == [[None, None]]


async def test_countries_have_the_boundary_disclaimer(client: httpx.AsyncClient) -> None:
    described = await collection_named(client, "countries")
    assert "do not imply official endorsement" in described["description"]
