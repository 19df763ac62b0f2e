"""Paging: every feature once, whatever is written meanwhile."""

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, Document, count_matched, find_link, get_json, iterate_pages
from helpers.shipped.register import read_shipped_countries, read_shipped_register, select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.register import fetch_point_ids

AT_MOST = 10_000


@pytest.mark.parametrize("limit", [100, 1001, AT_MOST])
async def test_following_next_gives_every_point_exactly_once(client: httpx.AsyncClient, limit: int) -> None:
    found = [page async for page in iterate_pages(client, POINTS, limit=limit)]
    listed = [feature["id"] for page in found for feature in page["features"]]
    assert len(listed) == len(set(listed))
    assert set(listed) == {row["poe_id"] for row in read_shipped_register()}
    assert len(found) == -(-len(read_shipped_register()) // limit)


async def test_following_next_gives_every_country_of_africa_exactly_once(client: httpx.AsyncClient) -> None:
    listed = [
        it["id"] async for page in iterate_pages(client, COUNTRIES, region="002", limit=9) for it in page["features"]
    ]
    assert sorted(listed) == sorted(row["iso3"] for row in read_shipped_countries() if row["m49_region_code"] == "002")


async def test_page_that_is_just_full_is_the_last(client: httpx.AsyncClient) -> None:
    found = [page async for page in iterate_pages(client, POINTS, country="FJI", limit=11)]
    assert [page["numberReturned"] for page in found] == [11, 11]


async def test_every_page_has_the_total(client: httpx.AsyncClient) -> None:
    assert {page["numberMatched"] async for page in iterate_pages(client, POINTS, country="FJI", limit=5)} == {22}


async def test_next_keeps_the_filters_and_both_clocks(client: httpx.AsyncClient) -> None:
    asked = {"country": "FJI", "poe_type": "airport", "is_poe": "true", "bbox": "170,-25,-170,-10", "limit": "2"}
    page = await get_json(client, POINTS, datetime="2020-04-15", **asked)
    query = dict(httpx.URL(find_link(page, "next") or "").params)
    clocks = {"datetime": "2020-04-15", "as_known_at": page["as_known_at"]}
    assert query.pop("after")
    assert query == asked | clocks


async def test_next_is_typed_and_absolute(client: httpx.AsyncClient) -> None:
    page = await get_json(client, POINTS, limit=1)
    (next_link,) = [each for each in page["links"] if each["rel"] == "next"]
    assert next_link["type"] == "application/geo+json"
    assert next_link["href"].startswith("http://test/collections/points-of-entry/items?")


async def test_points_stay_as_they_were_while_a_submission_lands_between_pages(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    fiji = await fetch_point_ids(shipped, sorted(select_codes(country_iso3="FJI")))
    for code, number in fiji.items():
        await record_status(shipped, number, "closed" if code < "OA-4" else "open", "03-01")
    asked = {"region": "AP", "datetime": "2020-04-15", "status_group": "fully_closed"}
    before = await everything(client, POINTS, **asked)
    found, total = [], set()
    async for page in iterate_pages(client, POINTS, limit=3, **asked):
        found += page["features"]
        total.add(page["numberMatched"])
        for number in list(fiji.values())[::7]:
            await record_status(shipped, number, "open", "04-01", comment=f"after {len(found)}")
        await record_status(shipped, await add_poe(shipped, f"XX-{len(found)}"), "closed", "03-01")
    assert found == before
    assert total == {len(before)}
    assert await everything(client, POINTS, **asked) != before


async def test_restrictions_stay_as_they_were_while_a_correction_lands_between_pages(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    numbers = list((await fetch_point_ids(shipped, sorted(select_codes(country_iso3="FJI"))[:12])).values())
    for number in numbers:
        await record_status(shipped, number, "closed", "03-01")
    before = await everything(client, RESTRICTIONS)
    found = []
    async for page in iterate_pages(client, RESTRICTIONS, limit=4):
        found += page["features"]
        for number in numbers[::5]:
            await record_status(shipped, number, "open", "03-08", f"03-{9 + len(found):02}")
    assert [identity(feature) for feature in found] == [identity(feature) for feature in before]
    assert await count_matched(client, RESTRICTIONS) > len(before)


def identity(feature: Document) -> tuple[object, ...]:
    """What a record says; when it ceased to be believed is knowledge of a later time."""
    said = feature["properties"]
    return (feature["id"], said["code"], said["operational_status"], said["valid_from"], said["valid_to"])


async def everything(client: httpx.AsyncClient, path: str, **query: object) -> list[Document]:
    features: list[Document] = (await get_json(client, path, **query))["features"]
    return features


async def test_point_that_is_relocated_meanwhile_is_not_listed_twice(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    listed = []
    async for page in iterate_pages(client, POINTS, country="FJI", limit=3):
        listed += [feature["id"] for feature in page["features"]]
        await add_poe(shipped, "OA-4959", 177.0, -17.0 - len(listed) / 100, name="Nadi")
    assert sorted(listed) == sorted(select_codes(country_iso3="FJI"))


async def test_without_a_limit_a_page_has_a_hundred(client: httpx.AsyncClient) -> None:
    assert (await get_json(client, POINTS))["numberReturned"] == 100


@pytest.mark.parametrize("limit", ["10001", "99999999999999999999999"])
async def test_limit_above_ten_thousand_is_ten_thousand(client: httpx.AsyncClient, limit: str) -> None:
    page = await get_json(client, POINTS, limit=limit)
    assert (page["numberReturned"], page["numberMatched"]) == (10_000, len(read_shipped_register()))


@pytest.mark.parametrize("limit", ["0", "-1", "abc", "1.5", "1e2", "ten", "0x10", "NaN", "10 000", "10,20", "1_0"])
async def test_limit_that_is_no_number_of_features_is_refused(client: httpx.AsyncClient, limit: str) -> None:
    response = await client.get(POINTS, params={"limit": limit})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["parameter"], error["value"]) == ("limit", limit)


async def test_html_pages_lead_to_html_pages(client: httpx.AsyncClient) -> None:
    page = await client.get(POINTS, params={"country": "FJI", "limit": 20, "f": "html"})
    (next_page,) = [line for line in page.text.splitlines() if 'rel="next"' in line]
    href = next_page.split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert (await client.get(href)).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("sortby", "after"),
    [
        *(("name", '["x",1e400]'), ("name", "[1e400]"), ("name", '["\\ud800",1]'), ("name", '["a\\u0000b",1]')),
        *(("name", '["x",' + "9" * 400 + "]"), ("name", '["x",1,2]'), ("name", '["x",true]'), ("name", '["x",1.5]')),
        *(("name", "[" * 2_000), ("name", "{}"), ("name", "[" + "1" * 5_000 + ",1]")),
        *(
            ("international_travel", "[1e400,1]"),
            ("international_travel", "[NaN,1]"),
            ("international_travel", "[[],1]"),
            ("international_travel", '["1_0",1]'),
        ),
    ],
)
async def test_start_of_a_page_that_no_link_wrote_is_refused(
    client: httpx.AsyncClient, sortby: str, after: str
) -> None:
    response = await client.get(POINTS, params={"sortby": sortby, "after": after, "limit": "1"})
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["after"]
