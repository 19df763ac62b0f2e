"""How much of a request's parameters is read, and that what is beyond is refused by name and in few words."""

import httpx
import pytest
from helpers.http import POINTS

from api.openapi.document import build_document
from api.parameters.bounds import MAX_ITEMS, MAX_PARAMETERS, MAX_QUERY_BYTES

CHANGES = "/collections/changes/items"
DIGITS = "1" * 400
MANY = ",".join(f"v{number}" for number in range(10_000))


@pytest.mark.parametrize(
    ("path", "query", "reason"),
    [
        (POINTS, "sortby=name,-name", "'name' is named twice"),
        (POINTS, "properties=name&properties=name", "'name' is named twice"),
        (POINTS, "country=FJI,fji", "'FJI' is named twice"),
        ("/statistics", "group_by=country,country", "'country' is named twice"),
        (POINTS, "sortby=" + ",".join(["name"] * 10_000), "has 49,999 characters; at most 20,000 are read"),
        (POINTS, "country=" + ",".join(["FJI"] * 501), "has 501 values; at most 500 are read"),
        (POINTS, "region=" + "A" * 101, f"'{'A' * 100}…' has more than 100 characters"),
        (POINTS, "name=" + "x" * 10_001, "has 10,001 characters; at most 10,000 are read"),
        ("/nearest", f"lon=20&lat=44&within_m={DIGITS}", "has more than 40 characters"),
        ("/nearest", "lon=20&lat=44&within_m=1e9", "is not a number like 20.46"),
        ("/nearest", "lat=44&lon=%E0%A5%A8", "is not a number like 20.46"),
        ("/reports/points-of-entry", f"edition={DIGITS}", "has more than 19 digits"),
        ("/reports/points-of-entry", "edition=2147483648", "Input should be less than or equal to 2147483647"),
        ("/signals", "least_points=9999999", "Input should be less than or equal to 1000000"),
        (CHANGES, "datetime=0001-01-01", "there is no day before the first one, to compare it with"),
    ],
)  # fmt: skip
async def test_value_beyond_the_bounds_is_named(client: httpx.AsyncClient, path: str, query: str, reason: str) -> None:
    response = await client.get(f"{path}?{query}")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["reason"] == reason
    assert error["parameter"] in query
    assert len(response.content) < 2_000


async def test_longest_parameter_of_a_query_that_is_too_long_is_named(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{POINTS}?limit=1&filter={'x' * (MAX_QUERY_BYTES - 8)}&country=FJI")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["filter"]


async def test_key_in_the_address_is_never_named(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{POINTS}?api_key={'k' * (MAX_QUERY_BYTES - 20)}&limit=0&after=1,1")
    assert response.status_code == 400
    assert "kkk" not in response.text


@pytest.mark.parametrize("count", [200, MAX_PARAMETERS + 1, 10_000])
async def test_many_wrong_parameters_make_a_short_answer(client: httpx.AsyncClient, count: int) -> None:
    response = await client.get(f"{POINTS}?" + "&".join(f"v{number}" for number in range(count)))
    assert response.status_code == 400
    assert 1 <= len(response.json()["errors"]) <= 20
    assert len(response.content) < 15_000


async def test_many_unknown_properties_make_a_short_answer(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{POINTS}?properties={','.join(MANY.split(',')[:MAX_ITEMS])}")
    assert response.status_code == 400
    assert 1 <= len(response.json()["errors"]) <= 20
    assert len(response.content) < 15_000


@pytest.mark.parametrize("path", ["/nowhere/", "/collections/", f"{POINTS}/", "/codes/"])
async def test_path_without_end_makes_a_short_answer(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(f"{path}{'x' * 30_000}")
    assert response.status_code == 404
    assert len(response.content) < 5_000


def test_document_shows_the_bounds() -> None:
    paths = build_document("http://test")["paths"]
    nearest = {each.get("name"): each["schema"] for each in paths["/nearest"]["get"]["parameters"] if "schema" in each}
    assert (nearest["lon"]["minimum"], nearest["lon"]["maximum"]) == (-180, 180)
    assert (nearest["limit"]["minimum"], nearest["limit"]["maximum"]) == (1, 10_000)
    assert (nearest["passable"]["maxItems"], nearest["passable"]["uniqueItems"]) == (MAX_ITEMS, True)
    items = {each.get("name"): each.get("schema") for each in paths[POINTS]["get"]["parameters"]}
    assert items["filter"] == {"type": "string", "maxLength": 16_384}
    for described in paths.values():
        for operation in described.values():
            for each in operation["parameters"]:
                assert "schema" not in each or each["schema"] != {"type": "string"}, each
