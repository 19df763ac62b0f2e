"""What a current QGIS sends when a layer is read, filtered and stepped through time, replayed.

Read from its OAPIF provider (src/providers/wfs/oapif: qgsoapifprovider, -featuredownloaderimpl, -shareddata,
-cql2textexpressioncompiler). Debian's QGIS 3.22, which other tests run, is too old to push filters down.
"""

import httpx
import pytest
from helpers.factories import record_status
from helpers.http import Document, find_link, get_json
from helpers.shipped.register import fetch_point_id, read_shipped_register, select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

POINTS = "http://test/collections/points-of-entry/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
SERBIA = select_codes(country_iso3="SRB")
NEEDED = (
    "ogcapi-features-3/1.0/conf/filter",
    "ogcapi-features-3/1.0/conf/features-filter",
    "cql2/1.0/conf/cql2-text",
    "cql2/1.0/conf/basic-cql2",
    "cql2/1.0/conf/advanced-comparison-operators",
    "cql2/1.0/conf/case-insensitive-comparison",
    "cql2/1.0/conf/basic-spatial-functions",
    "cql2/1.0/conf/basic-spatial-operators",
    "ogcapi-features-5/1.0/conf/schemas",
)


async def found(client: httpx.AsyncClient, query: str) -> set[str]:
    """The ids of all features, page after page in series, as QGIS asks: 1,000 at a time, following `next`."""
    ids: set[str] = set()
    address: str | None = f"{POINTS}?limit=1000&{query}"
    while address:
        response = await client.get(address, headers={"Accept": "application/geo+json, application/json"})
        assert response.status_code == 200, response.text
        page: Document = response.json()
        ids |= {feature["id"] for feature in page["features"]}
        address = next_of(page)
    return ids


def next_of(page: Document) -> str | None:
    (following,) = [each for each in page["links"] if each["rel"] == "next"] or [None]
    assert following is None or following["type"] == "application/geo+json"
    return find_link(page, "next")


@pytest.mark.parametrize("name", NEEDED)
async def test_qgis_finds_the_conformance_classes_it_pushes_down(client: httpx.AsyncClient, name: str) -> None:
    assert f"http://www.opengis.net/spec/{name}" in (await get_json(client, "/conformance"))["conformsTo"]


async def test_whole_layer_is_read_page_by_page(client: httpx.AsyncClient) -> None:
    assert len(await found(client, "")) == len(read_shipped_register())


@pytest.mark.parametrize(
    "query",
    [
        "filter=%22country%22%20%3D%20%27SRB%27&filter-lang=cql2-text",
        "filter=(%22country%22%20%3D%20%27SRB%27)&filter-lang=cql2-text",
        "filter=country%20IN%20(%27SRB%27)&filter-lang=cql2-text",
        "filter=CASEI(country)%20LIKE%20CASEI(%27srb%27)&filter-lang=cql2-text",
        "filter=country%20LIKE%20%27SR%25%27%20AND%20NOT%20(country%20IS%20NULL)&filter-lang=cql2-text",
        # An equality that needs no CQL2 is pushed down as a parameter.
        "country=SRB",
        "country_name=Serbia",
    ],
)
async def test_layer_condition_is_pushed_down(client: httpx.AsyncClient, query: str) -> None:
    assert await found(client, query) == SERBIA


async def test_spatial_condition_is_pushed_down(client: httpx.AsyncClient) -> None:
    """As the compiler writes `intersects($geometry, ...)`, with the system of its coordinates beside it."""
    box = "S_INTERSECTS(geometry,BBOX(18.8,42.2,23.1,46.2))"
    ring = "S_INTERSECTS(geometry,POLYGON((18.8 42.2,23.1 42.2,23.1 46.2,18.8 46.2,18.8 42.2)))"
    for shape in (box, ring):
        query = httpx.QueryParams({"filter": f"{shape} AND country = 'SRB'", "filter-crs": CRS84})
        assert await found(client, str(query)) == SERBIA


async def test_map_extent_is_requested_in_axis_order(client: httpx.AsyncClient) -> None:
    east_first = f"bbox=18.8,42.2,23.1,46.2&bbox-crs={CRS84}&crs={CRS84}"
    north_first = f"bbox=42.2,18.8,46.2,23.1&bbox-crs={EPSG_4326}&crs={EPSG_4326}"
    inside = await found(client, east_first)
    assert inside == await found(client, north_first)
    assert inside >= SERBIA
    page = await get_json(client, f"{POINTS}/OA-4610?crs={EPSG_4326}")
    assert page["geometry"]["coordinates"] == pytest.approx([44.82, 20.31], abs=0.01)


@pytest.mark.parametrize(
    ("days", "restrictions"),
    [
        ("0000-01-01T00:00:00Z%2F2020-03-19T23:59:59Z", 0),
        ("0000-01-01T00:00:00Z/2020-03-31T00:00:00Z", 1),
        ("2020-03-20T00:00:00Z%2F9999-12-31T00:00:00Z", 1),
        ("2020-06-01T00:00:00Z/9999-12-31T00:00:00Z", 0),
    ],
)
async def test_open_interval_of_qgis_is_accepted(
    client: httpx.AsyncClient, shipped: AsyncConnection, days: str, restrictions: int
) -> None:
    await record_status(shipped, await fetch_point_id(shipped, "OA-4610"), "closed", "03-20", "05-11")
    page = await get_json(client, f"http://test/collections/restrictions/items?datetime={days}&limit=1000")
    assert page["numberMatched"] == restrictions


async def test_filter_in_time_is_written_with_milliseconds(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await record_status(shipped, await fetch_point_id(shipped, "OA-4610"), "closed", "03-20", "05-11")
    for condition in (
        "valid_from <= DATE('2020-04-15') AND (valid_to > DATE('2020-04-15') OR valid_to IS NULL)",
        "recorded_from < TIMESTAMP('2100-01-01T00:00:00.000Z')",
    ):
        page = await get_json(client, "http://test/collections/restrictions/items", filter=condition)
        assert page["numberMatched"] == 1


async def test_unsupported_condition_is_refused_with_its_position(client: httpx.AsyncClient) -> None:
    """QGIS then filters by itself, and shows the message in its log."""
    response = await client.get(POINTS, params={"filter": "to_int(iata) = 1", "filter-lang": "cql2-text"})
    assert response.status_code == 400
    assert "to_int" in response.json()["detail"]


async def test_arcgis_finds_the_service_under_the_address_that_it_looks_for(client: httpx.AsyncClient) -> None:
    for path in ("/ogcfeatureserver", "/ogcfeatureserver/", "/ogcfeatureserver/collections/countries/items?limit=1"):
        response = await client.get(path, follow_redirects=True)
        assert response.status_code == 200
    assert response.json()["numberReturned"] == 1
