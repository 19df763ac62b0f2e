"""Addresses as people and programs write them, and pages of other origins that ask."""

import httpx
import pytest
from helpers.offices import sign_in
from sqlalchemy.ext.asyncio import AsyncConnection


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/collections/", "/collections"),
        ("/map/", "/map"),
        ("/codes/", "/codes"),
        ("/collections/points-of-entry/", "/collections/points-of-entry"),
        ("/collections/points-of-entry/items/", "/collections/points-of-entry/items"),
        ("//collections", "/collections"),
        ("/collections//points-of-entry///items", "/collections/points-of-entry/items"),
        ("/health/live/", "/health/live"),
    ],
)
async def test_slashes_too_many_lead_to_the_address(client: httpx.AsyncClient, written: str, meant: str) -> None:
    response = await client.get(httpx.URL("http://test").copy_with(raw_path=written.encode()), follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (308, f"http://test{meant}")
    assert (await client.get(meant)).status_code == 200


async def test_query_goes_with_the_redirect_and_a_key_does_not(client: httpx.AsyncClient) -> None:
    response = await client.get("/collections/?datetime=2020-04-15&api_key=secret", follow_redirects=False)
    assert response.headers["location"] == "http://test/collections?datetime=2020-04-15"


async def test_slash_behind_nothing_of_ours_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere/", follow_redirects=True)
    assert response.status_code == 404


async def test_post_is_led_on_with_its_body(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    row = {"point": "NLHRB", "assessed_on": "2020-07-15", "operational_status": "closed"}
    headers = await sign_in(shipped)
    response = await client.post("/submissions/?dry_run=true", json=[row], headers=headers, follow_redirects=True)
    assert response.request.method == "POST"
    assert response.status_code in {200, 403, 422}
    assert response.json()["counts"]["rows"] == 1


ASKED_BY_PAGES = [
    *("Authorization", "X-Api-Key", "If-None-Match", "If-Match", "If-Modified-Since", "If-Range", "Range"),
    *("Content-Crs", "Cache-Control", "Accept", "Accept-Language", "Content-Type", "Idempotency-Key"),
]


@pytest.mark.parametrize("header", ASKED_BY_PAGES)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_page_of_another_origin_may_send_the_header(client: httpx.AsyncClient, header: str, method: str) -> None:
    asked = {
        "Origin": "https://maps.example.org",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": header,
    }
    response = await client.options("/collections/points-of-entry/items", headers=asked)
    assert response.status_code == 200, response.text
    assert header.lower() in response.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("header", ["ETag", "Content-Range", "Accept-Ranges", "Link", "Content-Crs", "Location"])
async def test_page_of_another_origin_may_read_the_header(client: httpx.AsyncClient, header: str) -> None:
    response = await client.get("/collections", headers={"Origin": "https://maps.example.org"})
    assert header in response.headers["access-control-expose-headers"]
