"""Documents take what items are asked by, and pass it on in their links: so a connection can choose a day."""

import httpx
import pytest
from helpers.http import get_json

from api.collections.registry import COLLECTIONS

ASKED = {"datetime": "2020-04-15", "country": "SRB"}
OF_COLLECTIONS = [
    f"/collections/points-of-entry{path}"
    for path in ("", "/queryables", "/sortables", "/schema", "/item-schema", "/tiles", "/tiles/WebMercatorQuad")
]
DOCUMENTS = ["/", "/api", "/api.html", "/conformance", "/collections", *OF_COLLECTIONS]
every_document = pytest.mark.parametrize("path", DOCUMENTS)
ASKED_OF_ITEMS = [
    *({"datetime": day} for day in ("2020-04-15", "2020-04-01/2020-04-15", "../2020-04-15")),
    {"as_known_at": "2030-01-01T00:00:00Z"},
    {"region": "SEEECA"},
    {"poe_type": "airport", "status_group": "fully_closed", "operational_status": "closed", "is_poe": "true"},
    {"bbox": "19,42,23,46", "bbox-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
    {"filter": "iata = 'BEG'", "filter-lang": "cql2-text"},
    {"limit": "10", "sortby": "-name", "properties": "name", "skipGeometry": "true"},
    {"iata": "BEG"},
]


async def refused(client: httpx.AsyncClient, path: str, **query: str) -> dict[str, str]:
    """The one thing that is wrong with the request."""
    response = await client.get(path, params=query)
    assert response.status_code == 400, response.text
    (error,) = response.json()["errors"]
    found: dict[str, str] = error
    return found


def hrefs(document: dict[str, object], *rels: str) -> list[str]:
    links: list[dict[str, str]] = document["links"]  # type: ignore[assignment]
    return [link["href"] for link in links if link["rel"] in rels]


@every_document
@pytest.mark.parametrize("asked", ASKED_OF_ITEMS, ids="&".join)
async def test_document_takes_the_parameters_of_items(
    client: httpx.AsyncClient, path: str, asked: dict[str, str]
) -> None:
    response = await client.get(path, params=asked)
    assert response.status_code == 200, response.text


@every_document
@pytest.mark.parametrize(
    "asked", [{"datetime": "soon"}, {"poe_type": "harbour"}, {"bbox": "1"}, {"colour": "red"}, {"limit": "0"}]
)
async def test_document_refuses_unknown_parameters(client: httpx.AsyncClient, path: str, asked: dict[str, str]) -> None:
    error = await refused(client, path, **asked)
    assert error["parameter"] in asked


async def test_landing_page_links_to_requested_items(client: httpx.AsyncClient) -> None:
    landing = await get_json(client, "/", **ASKED)
    (collections,) = set(hrefs(landing, "data"))
    listed = await get_json(client, collections)
    (items, _) = [
        href for each in listed["collections"] if each["id"] == "points-of-entry" for href in hrefs(each, "items")
    ][:2]
    features = (await get_json(client, items))["features"]
    assert {feature["properties"]["country"] for feature in features} == {"SRB"}
    assert (await get_json(client, items))["datetime"] == "2020-04-15"


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_every_link_of_a_collection_can_be_followed(client: httpx.AsyncClient, collection: str) -> None:
    asked = ASKED | {"limit": "10", "iata": "BEG", "poe_type": "airport", "sortby": "name"}
    document = await get_json(client, f"/collections/{collection}", **asked)
    for link in document["links"]:
        response = await client.get(link["href"])
        assert response.status_code == 200, (link, response.text[:300])


async def test_collection_counts_requested_items(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/collections/points-of-entry", **ASKED, filter="poe_type = 'airport'")
    items = await get_json(client, "/collections/points-of-entry/items", **ASKED, filter="poe_type = 'airport'")
    assert document["itemCount"] == items["numberMatched"] > 0


async def test_collection_passes_on_item_parameters(client: httpx.AsyncClient) -> None:
    """Of several layers behind one connection, each is asked for what it has."""
    document = await get_json(client, "/collections/countries", **ASKED, poe_type="airport")
    assert all("datetime=2020-04-15" in href and "poe_type" not in href for href in hrefs(document, "items"))


async def test_collection_list_omits_impossible_counts(client: httpx.AsyncClient) -> None:
    listed = await get_json(client, "/collections", filter="iata = 'BEG'")
    counts = {each["id"]: each.get("itemCount") for each in listed["collections"]}
    assert (counts["points-of-entry"], counts["countries"]) == (1, None)


async def test_collection_refuses_an_unknown_country(client: httpx.AsyncClient) -> None:
    assert (await refused(client, "/collections/points-of-entry", country="ZZZ"))["parameter"] == "country"


async def test_parameter_may_be_given_twice_with_one_value(client: httpx.AsyncClient) -> None:
    """QGIS adds those of a connection to links that have them."""
    path = "/collections/points-of-entry/items?datetime=2020-04-15&limit=1&datetime=2020-04-15"
    assert (await get_json(client, path))["datetime"] == "2020-04-15"


async def test_form_of_a_document_is_not_passed_on(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/collections/points-of-entry", **ASKED, f="json")
    assert "f=json" not in hrefs(document, "items")[0]


async def test_tiles_are_those_requested(client: httpx.AsyncClient) -> None:
    described = await get_json(client, "/collections/points-of-entry/tiles/WebMercatorQuad", **ASKED, limit="5")
    template = next(href for href in hrefs(described, "item") if "f=geojson" in href)
    assert "limit" not in template
    tile = template.format(tileMatrix=4, tileRow=5, tileCol=8).replace("%7B", "{")
    features = (await get_json(client, tile))["features"]
    assert {feature["properties"]["country"] for feature in features} == {"SRB"}


async def test_page_of_a_collection_shows_requested_items(client: httpx.AsyncClient) -> None:
    response = await client.get("/collections/points-of-entry", params=ASKED | {"f": "html"})
    items = "http://test/collections/points-of-entry/items?datetime=2020-04-15&amp;country=SRB"
    assert f'href="{items}"' in response.text
    assert f"{items}&amp;limit=1000" in response.text
