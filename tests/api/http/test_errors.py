"""What cannot be answered: one form of problem (RFC 9457) that names what is wrong."""

from typing import Any

import httpx
import pytest
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.main import FAST_ROUTES, create_app
from api.server.fast_routes import FastRouter

PROBLEM = "application/problem+json"
NADI = "OA-4959"
PATHS = (
    *("/", "/conformance", "/api", "/api.html", "/collections", "/codes", "/codes/poe_type", "/regions", "/sources"),
    *("/collections/points-of-entry", "/collections/restrictions", "/collections/countries"),
    *(POINTS, RESTRICTIONS, COUNTRIES, f"{POINTS}/{NADI}", f"{COUNTRIES}/FJI", f"/points-of-entry/{NADI}/history"),
)
COLLECTIONS = (POINTS, RESTRICTIONS, COUNTRIES)
TAKE_CLOCKS = ("/regions", *COLLECTIONS, f"{POINTS}/{NADI}", f"{COUNTRIES}/FJI")
BEYOND_64_BITS = str(2**63)


async def refused(client: httpx.AsyncClient, path: str, **query: str) -> dict[str, str]:
    """Return the one error of a request that has to be refused for its parameters."""
    response = await client.get(path, params=query)
    assert response.status_code == 400, f"{response.status_code}: {response.text[:200]}"
    assert response.headers["content-type"] == PROBLEM
    document = response.json()
    assert (document["status"], document["type"]) == (400, "about:blank")
    (error,) = document["errors"]
    assert document["title"]
    assert error["reason"]
    assert error["parameter"] in document["detail"]
    assert error["value"] in document["detail"]
    named: dict[str, str] = {"parameter": error["parameter"], "value": error["value"]}
    return named


@pytest.mark.parametrize("path", PATHS)
async def test_unknown_parameter_is_refused_by_name(client: httpx.AsyncClient, path: str) -> None:
    assert await refused(client, path, colour="red") == {"parameter": "colour", "value": "red"}


@pytest.mark.parametrize("path", PATHS)
async def test_unknown_format_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert await refused(client, path, f="xml") == {"parameter": "f", "value": "xml"}


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "2020", "2020-04", "2020-4-5", "2020-13-01", "2020-02-30", "15/04/2020", "99999-01-01"),
        *("2020-04-15T00:00:00", "2020-04-15T25:00:00Z", "2020-04-15 10:00", "2020-04-15T10Z", "20200415T000000Z"),
        *("2020-W16-3T00:00:00Z", "0000-nonsense", "0000-01-01T00:00:00Z nonsense/2020-04-15"),
        *("2020-04-15/2020-04-01", "2020-04-15/2020-04-16/2020-04-17", "../yesterday", "2020-02-30/..", "..", "/./"),
    ],
)
async def test_malformed_datetime_is_refused(client: httpx.AsyncClient, text: str) -> None:
    for path in TAKE_CLOCKS:
        assert await refused(client, path, datetime=text) == {"parameter": "datetime", "value": text}


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "2020-05", "2020-02-30", "2020-05-03T17:00:00", "2020-05-03/2020-05-04", "now", "infinity"),
        *("20200503T170000Z", "0001-01-01T00:00:00+14:00"),
    ],
)
async def test_malformed_moment_of_knowledge_is_refused(client: httpx.AsyncClient, text: str) -> None:
    for path in TAKE_CLOCKS:
        assert await refused(client, path, as_known_at=text) == {"parameter": "as_known_at", "value": text}


@pytest.mark.parametrize(
    "text",
    [
        *("1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "1,2,3,", ",,,", "1;2;3;4", "1 2 3 4", "1_0,2,30,4"),
        *("nan,0,1,1", "0,0,inf,1", "-3790,0,-3781,0", "0,0,-3781,0", "0,-91,0,0", "0,0,0,91", "0,10,1,5"),
    ],
)
async def test_box_that_is_not_on_the_globe_is_refused(client: httpx.AsyncClient, text: str) -> None:
    for path in COLLECTIONS:
        assert await refused(client, path, bbox=text) == {"parameter": "bbox", "value": text}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("country", "XYZ"), ("country", "NA"), ("country", "SERBIA"), ("country", "S'B"), ("country", "\0")),
        *(("region", "NOWHERE"), ("region", "seeeca"), ("region", "2"), ("region", "\0")),
    ],
)
async def test_country_or_region_that_does_not_exist_is_refused(
    client: httpx.AsyncClient, name: str, value: str
) -> None:
    for path in COLLECTIONS:
        assert await refused(client, path, **{name: value}) == {"parameter": name, "value": value}


async def test_unknown_country_in_a_list_is_named(client: httpx.AsyncClient) -> None:
    assert await refused(client, POINTS, country="SRB,XYZ,FJI") == {"parameter": "country", "value": "XYZ"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("poe_type", "harbour"), ("poe_type", "Airport"), ("poe_type", "airport,harbour"), ("poe_type", "\0")),
        *(("status_group", "closed"), ("operational_status", "fully_closed"), ("operational_status", "opened")),
        *(("is_poe", "yes"), ("is_poe", "2"), ("is_poe", "true,false"), ("country", "SRB,,FJI"), ("region", ",AP")),
        *(("after", "x"), ("after", "1.5"), ("after", BEYOND_64_BITS), ("after", f"-{BEYOND_64_BITS}0")),
    ],
)
async def test_invalid_value_is_refused(client: httpx.AsyncClient, name: str, value: str) -> None:
    for path in (POINTS, RESTRICTIONS):
        assert await refused(client, path, **{name: value}) == {"parameter": name, "value": value}


@pytest.mark.parametrize("name", ["poe_type", "status_group", "operational_status", "is_poe"])
async def test_countries_refuse_parameters_of_points(client: httpx.AsyncClient, name: str) -> None:
    assert await refused(client, COUNTRIES, **{name: "airport"}) == {"parameter": name, "value": "airport"}


@pytest.mark.parametrize("name", ["limit", "bbox", "country", "after", "poe_type"])
async def test_item_refuses_parameters_of_lists(client: httpx.AsyncClient, name: str) -> None:
    assert await refused(client, f"{POINTS}/{NADI}", **{name: "1"}) == {"parameter": name, "value": "1"}


async def test_code_that_is_spelt_almost_right_is_suggested(client: httpx.AsyncClient) -> None:
    response = await client.get(POINTS, params={"poe_type": "airports"})
    assert "did you mean airport?" in response.json()["detail"]


@pytest.mark.parametrize("name", ["limit", "datetime", "as_known_at", "bbox", "f", "is_poe"])
async def test_parameter_with_one_value_is_refused_when_given_twice(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get(f"{POINTS}?{name}=1&{name}=2")
    assert response.status_code == 400
    assert response.json()["errors"] == [{"parameter": name, "value": "2", "reason": "is repeated"}]


async def test_every_parameter_that_is_wrong_is_named_at_once(client: httpx.AsyncClient) -> None:
    response = await client.get(POINTS, params={"limit": "0", "bbox": "1", "datetime": "x", "colour": "red"})
    named = {(error["parameter"], error["value"]) for error in response.json()["errors"]}
    assert named == {("limit", "0"), ("bbox", "1"), ("datetime", "x"), ("colour", "red")}


async def test_empty_parameter_is_ignored(client: httpx.AsyncClient) -> None:
    empty = "country=&region=&poe_type=&status_group=&datetime=&bbox=&is_poe=&limit=&as_known_at="
    assert (await client.get(f"{POINTS}?{empty}")).json()["numberMatched"] == 10494


@pytest.mark.parametrize(
    "path",
    [
        *("/collections/airports", "/collections/airports/items", "/collections/airports/items/1"),
        *("/nowhere", "/nowhere/", "/items", "/codes/colours", "/points-of-entry/XX-NONE/history", "/static/x.js"),
        *(f"{POINTS}/XX-NONE", f"{COUNTRIES}/XYZ", f"{RESTRICTIONS}/1", f"{RESTRICTIONS}/one"),
        *(f"{RESTRICTIONS}/{BEYOND_64_BITS}", f"{POINTS}/%00", f"{COUNTRIES}/%00", "/points-of-entry/%00/history"),
    ],
)
async def test_missing_resource_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (404, PROBLEM)
    assert response.json()["status"] == 404
    assert response.json()["title"].lower() == "not found"


async def test_unknown_collection_error_lists_the_collections(client: httpx.AsyncClient) -> None:
    detail = (await client.get("/collections/airports/items")).json()["detail"]
    for name in ("airports", "points-of-entry", "restrictions", "countries"):
        assert name in detail


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_read_only_paths_refuse_other_methods(client: httpx.AsyncClient, method: str) -> None:
    for path in ("/", "/collections", COUNTRIES, f"{COUNTRIES}/FJI", "/codes"):
        response = await client.request(method, path)
        assert (response.status_code, response.headers["content-type"]) == (405, PROBLEM)
        assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(("path", "status"), [(f"{POINTS}?limit=0", 400), ("/nowhere", 404), (f"{POINTS}/XX", 404)])
async def test_browser_gets_the_problem_as_a_page(client: httpx.AsyncClient, path: str, status: int) -> None:
    response = await client.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "<h1>" in response.text


@pytest.mark.parametrize(
    "address", [f"{POINTS}?datetime=<script>alert(1)</script>", f"{POINTS}/<script>alert(1)</script>", "/<script>x"]
)
async def test_reflected_input_is_escaped(client: httpx.AsyncClient, address: str) -> None:
    page = await client.get(address, headers={"Accept": "text/html"})
    assert page.status_code in {400, 404}
    assert "<script>alert" not in page.text
    assert "<script>x" not in page.text


@pytest.mark.parametrize("way", [lambda app: app, lambda app: FastRouter(app, FAST_ROUTES)], ids=["longer", "shorter"])
async def test_server_error_hides_its_cause(shipped_engine: AsyncEngine, way: Any) -> None:
    class Failing:
        async def fetch_row(self, *_: object) -> None:
            raise RuntimeError("password=secret")

    app = create_app(shipped_engine)
    app.state.database = Failing()
    transport = httpx.ASGITransport(way(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get(POINTS)
    assert (response.status_code, response.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in response.text


@pytest.mark.parametrize("address", ["postgresql://x@127.0.0.1:1/x", "postgresql://x@/x?host=/nowhere"])
async def test_unavailable_database_is_reported(address: str) -> None:
    engine = build_engine(address)
    transport = httpx.ASGITransport(create_app(engine), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/freshness")
    await engine.dispose()
    assert (response.status_code, response.headers["content-type"]) == (503, PROBLEM)
    assert response.json()["title"] == "The database is unreachable"
