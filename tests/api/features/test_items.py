"""A page of any collection: its form, its numbers, its time and its links."""

import datetime as dt

import httpx
import pytest
from geojson_pydantic import FeatureCollection
from helpers.factories import record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, count_matched, find_link, get_all_features, get_json
from helpers.shipped.register import fetch_point_id, read_shipped_countries, select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

from models.codes import list_codes

pytestmark = pytest.mark.smoke

TIRANA = "OA-3972"
FIJI_BOX = "170,-25,-170,-10"


async def test_all_three_collections_are_geojson(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    for number, code in enumerate(sorted(select_codes(country_iso3="FJI"))):
        await record_status(shipped, await fetch_point_id(shipped, code), "closed", f"03-{number + 1:02}")
    sizes = {
        POINTS: 1001,
        RESTRICTIONS: len(select_codes(country_iso3="FJI")),
        COUNTRIES: len(read_shipped_countries()),
    }
    for path, size in sizes.items():
        response = await client.get(path, params={"limit": 1001})
        assert response.headers["content-type"] == "application/geo+json"
        assert FeatureCollection.model_validate_json(response.content).length == size


async def test_numbers_of_features_are_exact_with_every_filter(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    for number, code in enumerate(sorted(select_codes(country_iso3="FJI"))[:9]):
        await record_status(
            shipped, await fetch_point_id(shipped, code), list_codes("operational_status")[number % 8], "03-01"
        )
    filters = [
        {"country": "FJI,SRB"},
        {"region": "SEEECA"},
        {"poe_type": "land_border_point"},
        {"status_group": "partially_operational"},
        {"operational_status": "open,closed"},
        {"is_poe": "false"},
        {"bbox": FIJI_BOX},
        {"datetime": "2020-03-01/2020-03-31", "country": "FJI"},
        {"as_known_at": "2019-01-01"},
        {"country": "FJI", "poe_type": "airport", "status_group": "fully_closed,unknown", "bbox": FIJI_BOX},
    ]
    for asked in filters:
        for path in (POINTS, RESTRICTIONS):
            features = await get_all_features(client, path, **({"datetime": "2020-04-15"} | asked))
            assert await count_matched(client, path, **({"datetime": "2020-04-15"} | asked)) == len(features), (
                path,
                asked,
            )


async def test_page_counts_returned_and_matched_features(client: httpx.AsyncClient) -> None:
    page = await get_json(client, POINTS, country="FJI", limit=5)
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (22, 5, 5)


async def test_no_match_is_an_empty_collection(client: httpx.AsyncClient) -> None:
    page = await get_json(client, POINTS, country="FJI", poe_type="land_border_point")
    assert (page["features"], page["numberMatched"], page["numberReturned"]) == ([], 0, 0)
    assert find_link(page, "next") is None


async def test_page_carries_the_time_at_which_it_was_made(client: httpx.AsyncClient) -> None:
    before = dt.datetime.now(dt.UTC)
    stamp = dt.datetime.fromisoformat((await get_json(client, POINTS, limit=1))["timeStamp"])
    assert before <= stamp <= dt.datetime.now(dt.UTC)


async def test_page_of_a_moment_is_stamped_with_that_moment(client: httpx.AsyncClient) -> None:
    page = await get_json(client, POINTS, limit=1)
    again = await get_json(client, POINTS, limit=1, as_known_at=page["as_known_at"])
    assert again["timeStamp"] == page["as_known_at"]


@pytest.mark.parametrize("path", [POINTS, f"{COUNTRIES}?country=SRB", RESTRICTIONS, f"{POINTS}/{TIRANA}"])
async def test_links_are_absolute_and_carry_both_clocks(client: httpx.AsyncClient, path: str) -> None:
    page = await get_json(client, path, datetime="2020-04-15")
    assert all(link["href"].startswith("http://test/") for link in page["links"])
    for rel in ("self", "alternate"):
        query = httpx.URL(find_link(page, rel) or "").params
        assert (query["datetime"], query["as_known_at"][-1]) == ("2020-04-15", "Z")


async def test_self_link_returns_the_same_page_after_an_update(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    page = await get_json(client, POINTS, country="ALB")
    await record_status(shipped, await fetch_point_id(shipped, TIRANA), "closed", "03-01")
    again = await get_json(client, find_link(page, "self") or "")
    assert again["features"] == page["features"]
    assert (await get_json(client, POINTS, country="ALB"))["features"] != page["features"]
