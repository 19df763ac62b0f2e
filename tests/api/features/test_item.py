"""One item by its code or number."""

import httpx
import pytest
from geojson_pydantic import Feature
from helpers.factories import add_poe, record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, find_link, get_all_features, get_json
from sqlalchemy.ext.asyncio import AsyncConnection

NADI = "OA-4959"


@pytest.mark.parametrize("path", [f"{POINTS}/{NADI}", f"{COUNTRIES}/FJI"])
async def test_item_is_a_geojson_feature(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/geo+json")
    assert Feature.model_validate_json(response.content).id == path.rsplit("/", maxsplit=1)[-1]


@pytest.mark.parametrize(("items", "code"), [(POINTS, NADI), (COUNTRIES, "FJI")])
async def test_item_is_equal_alone_and_in_a_list(client: httpx.AsyncClient, items: str, code: str) -> None:
    alone = await get_json(client, f"{items}/{code}", datetime="2020-04-15")
    among = await get_all_features(client, items, country="FJI", datetime="2020-04-15")
    alone.pop("links")
    assert alone in among


async def test_item_leads_to_itself_its_page_and_its_collection(client: httpx.AsyncClient) -> None:
    item = await get_json(client, f"{POINTS}/{NADI}", datetime="2020-04-15")
    again = await get_json(client, find_link(item, "self") or "")
    assert again["properties"] == item["properties"]
    page = await client.get(find_link(item, "alternate") or "")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await get_json(client, find_link(item, "collection") or ""))["id"] == "points-of-entry"


async def test_point_leads_to_its_history(client: httpx.AsyncClient) -> None:
    item = await get_json(client, f"{POINTS}/{NADI}")
    assert (await get_json(client, find_link(item, "version-history") or ""))["code"] == NADI


async def test_item_is_of_the_requested_day(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    await record_status(shipped, point, "closed", "03-01", "04-01")
    statuses = [
        (await get_json(client, f"{POINTS}/XX-A", datetime=on))["properties"]["operational_status"]
        for on in ("2020-02-29", "2020-03-01", "2020-03-31", "2020-04-01")
    ]
    assert statuses == ["unknown", "closed", "closed", "unknown"]


async def test_item_takes_as_known_at(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    _, first = await record_status(shipped, point, "closed", "03-01")
    await record_status(shipped, point, "open", "03-01")
    said = [
        (await get_json(client, f"{POINTS}/XX-A", datetime="2020-03-10", **asked))["properties"]["operational_status"]
        for asked in ({}, {"as_known_at": first.isoformat()})
    ]
    assert said == ["open", "closed"]


async def test_restriction_is_found_by_its_number(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    outcome, _ = await record_status(shipped, await add_poe(shipped, "XX-A"), "closed", "03-01")
    item = await get_json(client, f"{RESTRICTIONS}/{outcome.record_id}")
    assert (item["id"], item["properties"]["code"]) == (outcome.record_id, "XX-A")
    assert (item["properties"]["valid_from"], item["properties"]["recorded_to"]) == ("2020-03-01", None)


async def test_superseded_restriction_is_found_and_marked(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    outcome, _ = await record_status(shipped, point, "closed", "03-01")
    await record_status(shipped, point, "open", "03-01")
    item = await get_json(client, f"{RESTRICTIONS}/{outcome.record_id}")
    assert item["properties"]["operational_status"] == "closed"
    assert item["properties"]["recorded_to"] is not None


async def test_codes_of_points_are_not_guessed_from_small_letters(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{POINTS}/{NADI.lower()}")).status_code == 404


@pytest.mark.parametrize("path", [f"{POINTS}/XX-NONE", f"{COUNTRIES}/XYZ", f"{RESTRICTIONS}/123", f"{POINTS}/a b"])
async def test_missing_item_is_not_found_and_named(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert path.rsplit("/", maxsplit=1)[-1] in response.json()["detail"]


async def test_point_is_not_found_before_anything_was_known_of_it(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{POINTS}/{NADI}", params={"as_known_at": "2019-01-01"})
    assert response.status_code == 404
    assert "2019-01-01" in response.json()["detail"]
