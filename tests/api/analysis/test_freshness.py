"""Who is late: points by weeks since their last assessment, and what an office has to do this week."""

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Sequence

import httpx
import pytest
from helpers.factories import add_poe, day, fetch_source_id, record_status
from helpers.http import Document, find_link, get_json
from helpers.offices import create_office, sign_in
from helpers.shipped.register import read_shipped_countries, read_shipped_register
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.analysis.freshness import find_reporting_week
from models.tables.assessment import Assessment
from models.tables.bitemporal import Days
from models.tables.point_of_entry import PointOfEntry

FRESHNESS = "/freshness"
ON = dt.date(2020, 6, 30)
EARLIER = dt.datetime(2020, 6, 1, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2020, 6, 29, 12, tzinfo=dt.UTC)
MONDAY, THURSDAY = 0, 3
Looks = dict[str, list[dt.date]]


async def assess(database: AsyncConnection, code: str, *days: dt.date, recorded_at: dt.datetime = EARLIER) -> None:
    """Have somebody look at the point on the days."""
    about = {"source_id": await fetch_source_id(database), "recorded_at": recorded_at}
    point = await database.scalar(select(PointOfEntry.id).where(PointOfEntry.code == code))
    rows = [{"point_of_entry_id": point, "assessed_on": on} | about for on in days]
    await database.execute(insert(Assessment), rows)


async def assess_at_random(database: AsyncConnection, chance: random.Random) -> Looks:
    """Have a third of all points looked at, some of them several times, some on later days than the one asked about."""
    ids = {row.code: row.id for row in await database.execute(select(PointOfEntry.code, PointOfEntry.id))}
    about = {"source_id": await fetch_source_id(database), "recorded_at": EARLIER}
    looks = {
        row["poe_id"]: [ON - dt.timedelta(days=chance.randint(-20, 60)) for _ in range(chance.randint(1, 4))]
        for row in chance.sample(read_shipped_register(), len(read_shipped_register()) // 3)
    }
    rows = [{"point_of_entry_id": ids[code], "assessed_on": on} | about for code, days in looks.items() for on in days]
    await database.execute(insert(Assessment), rows)
    return looks


def weeks_since(days: Sequence[dt.date]) -> str:
    """By plain counting, the class of a point that was looked at on the days."""
    past = [on for on in days if on <= ON]
    if not past:
        return "never"
    weeks = (ON - max(past)).days // 7
    return str(weeks) if weeks < 4 else "4+"


def country(document: Document, iso3: str) -> Document:
    found: Document = next(row for row in document["countries"] if row["country"] == iso3)
    return found


async def test_numbers_are_those_of_a_plain_count(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    looks = await assess_at_random(shipped, random.Random(20200630))
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for row in read_shipped_register():
        if row["poe_type"] != "internal_transit_point":
            expected[row["country_iso3"]][weeks_since(looks.get(row["poe_id"], []))] += 1
    document = await get_json(client, FRESHNESS, datetime=ON)
    told = {row["country"]: row["weeks_since_assessed"] for row in document["countries"]}
    assert {iso3: Counter(weeks) for iso3, weeks in told.items()} == expected
    assert Counter(document["total"]["weeks_since_assessed"]) == sum(expected.values(), Counter())


async def test_shares_are_of_all_points_of_the_country(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await assess_at_random(shipped, random.Random(7))
    for row in (await get_json(client, FRESHNESS, datetime=ON))["countries"]:
        assert row["points"] == sum(row["weeks_since_assessed"].values())
        assert sum(row["shares"].values()) == pytest.approx(1, abs=0.001)


async def test_six_days_ago_is_no_week_and_seven_days_are_one(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    before = country(await get_json(client, FRESHNESS, datetime=ON), "FJI")["weeks_since_assessed"]
    for code, days_ago in (("XX-A", 0), ("XX-B", 6), ("XX-C", 7), ("XX-D", 27), ("XX-E", 28)):
        await add_poe(shipped, code)
        await assess(shipped, code, ON - dt.timedelta(days=days_ago))
    after = country(await get_json(client, FRESHNESS, datetime=ON), "FJI")["weeks_since_assessed"]
    assert {weeks: after[weeks] - before[weeks] for weeks in after} == {
        "0": 2,
        "1": 1,
        "2": 0,
        "3": 1,
        "4+": 1,
        "never": 0,
    }


async def test_as_known_before_the_assessment_came_in(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_poe(shipped, "XX-A")
    _, told_at = await record_status(shipped, await add_poe(shipped, "XX-B"), "closed", "06-01")
    await assess(shipped, "XX-A", day("06-29"), recorded_at=told_at + dt.timedelta(hours=1))
    await record_status(shipped, await add_poe(shipped, "XX-C"), "closed", "06-01")
    asked = {"datetime": ON, "country": "FJI"}
    known = await get_json(client, FRESHNESS, **asked, as_known_at=told_at.isoformat())
    assert known["total"]["weeks_since_assessed"]["0"] == 0


async def test_internal_transit_points_can_be_requested(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_poe(shipped, "XX-T", poe_type="internal_transit_point")
    default = await get_json(client, FRESHNESS, country="FJI")
    internal = await get_json(client, FRESHNESS, country="FJI", is_poe="false")
    by_type = await get_json(client, FRESHNESS, country="FJI", poe_type="internal_transit_point")
    expected = sum(
        row["country_iso3"] == "FJI" and row["poe_type"] != "internal_transit_point" for row in read_shipped_register()
    )
    assert default["total"]["points"] == expected
    assert internal["total"] == by_type["total"]
    assert internal["total"]["points"] == len(register_of("FJI", "internal_transit_point")) + 1


def register_of(iso3: str, poe_type: str) -> list[str]:
    return [
        row["poe_id"] for row in read_shipped_register() if (row["country_iso3"], row["poe_type"]) == (iso3, poe_type)
    ]


async def test_retired_points_are_not_late(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    before = (await get_json(client, FRESHNESS, country="FJI"))["total"]["points"]
    await add_poe(shipped, "XX-R", lifecycle="retired")
    await add_poe(shipped, "XX-P", lifecycle="proposed")
    assert (await get_json(client, FRESHNESS, country="FJI"))["total"]["points"] == before


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-30", "9999-12-31"])
async def test_freshness_is_computed_at_the_ends_of_the_calendar(client: httpx.AsyncClient, day: str) -> None:
    assert (await get_json(client, "/freshness", country="FJI", datetime=day))["datetime"] == day


async def test_by_region(client: httpx.AsyncClient) -> None:
    document = await get_json(client, FRESHNESS, region="SEEECA")
    members = {row["iso3"] for row in read_shipped_countries() if row["iom_region_code"] == "SEEECA"}
    assert {row["country"] for row in document["countries"]} <= members
    assert "SRB" in members


async def test_countries_without_points_have_no_share(client: httpx.AsyncClient) -> None:
    document = await get_json(
        client, FRESHNESS, country="FJI", datetime="0001-01-01", poe_type="internal_transit_point"
    )
    assert document["countries"] == [] or document["total"]["points"] > 0
    assert document["total"]["shares"]["never"] in {None, 1}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("country", "ZZZ"), ("region", "NOWHERE"), ("datetime", "2020-01-01/2020-02-01"), ("week", "1")],
)
async def test_invalid_query_is_named(client: httpx.AsyncClient, parameter: str, value: str) -> None:
    response = await client.get(FRESHNESS, params={parameter: value})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == parameter


async def test_browser_gets_a_page(client: httpx.AsyncClient) -> None:
    response = await client.get(FRESHNESS, params={"country": "SRB"}, headers={"Accept": "text/html"})
    assert response.headers["content-type"].startswith("text/html")
    assert "Serbia" in response.text


@pytest.mark.parametrize(
    ("on", "ends_on", "first", "last"),
    [
        ("2020-04-16", THURSDAY, "2020-04-10", "2020-04-16"),
        ("2020-04-17", THURSDAY, "2020-04-17", "2020-04-23"),
        ("2020-04-15", THURSDAY, "2020-04-10", "2020-04-16"),
        ("2020-04-15", MONDAY, "2020-04-14", "2020-04-20"),
        ("0001-01-01", THURSDAY, "0001-01-01", "0001-01-04"),
        ("9999-12-31", THURSDAY, "9999-12-31", "9999-12-31"),
    ],
)
def test_reporting_week_of_a_day(on: str, ends_on: int, first: str, last: str) -> None:
    assert find_reporting_week(dt.date.fromisoformat(on), ends_on) == Days(
        dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    )


async def due(client: httpx.AsyncClient, headers: dict[str, str], **query: object) -> Document:
    response = await client.get("/offices/fiji/due", params={k: str(v) for k, v in query.items()}, headers=headers)
    assert response.status_code == 200, response.text
    document: Document = response.json()
    return document


async def fiji(database: AsyncConnection) -> dict[str, str]:
    await create_office(database, "fiji", countries=["FJI"])
    return await sign_in(database, "fiji")


async def test_points_not_assessed_this_week_are_due(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    for code in ("XX-THIS-WEEK", "XX-LAST-WEEK", "XX-NEVER"):
        await add_poe(shipped, code)
    await assess(shipped, "XX-THIS-WEEK", day("04-10"))
    await assess(shipped, "XX-LAST-WEEK", day("04-09"))
    document = await due(client, headers, datetime="2020-04-15")
    codes = {row["code"]: row["last_assessed"] for row in document["due"]}
    assert document["week"] == {"first": "2020-04-10", "last": "2020-04-16"}
    assert "XX-THIS-WEEK" not in codes
    assert (codes["XX-LAST-WEEK"], codes["XX-NEVER"]) == ("2020-04-09", None)
    assert document["due_points"] == len(document["due"]) == document["active_points"] - 1


async def test_due_points_include_the_last_status(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    await record_status(shipped, await add_poe(shipped, "XX-A"), "closed_for_entry", "04-01")
    row = next(row for row in (await due(client, headers))["due"] if row["code"] == "XX-A")
    assert (row["operational_status"], row["valid_from"]) == ("closed_for_entry", "2020-04-01")


async def test_only_the_points_of_its_countries_are_due(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    assert {row["country"] for row in (await due(client, headers))["due"]} == {"FJI"}


@pytest.mark.parametrize("day", ["0000-01-01", "0001-01-01", "0001-01-03", "9999-12-30", "9999-12-31"])
async def test_due_points_are_computed_at_the_ends_of_the_calendar(
    client: httpx.AsyncClient, shipped: AsyncConnection, day: str
) -> None:
    headers = await fiji(shipped)
    assert (await due(client, headers, datetime=day))["week"]["first"] <= max(day, "0001-01-01")


async def test_due_points_have_pages(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    everything = await due(client, headers)
    document = await due(client, headers, limit=10)
    found = document["due"]
    while address := find_link(document, "next"):
        document = (await client.get(address, headers=headers)).json()
        found += document["due"]
    assert found == everything["due"]


async def test_admin_sees_due_points_of_any_office(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await fiji(shipped)
    assert (await due(client, await sign_in(shipped, "headquarters", "admin")))["due_points"] > 0
    headers = await sign_in(shipped, "headquarters", "admin")
    assert (await client.get("/offices/nowhere/due", headers=headers)).status_code == 404


@pytest.mark.parametrize("role", ["office", "reviewer"])
async def test_other_office_does_not_see_due_points(
    client: httpx.AsyncClient, shipped: AsyncConnection, role: str
) -> None:
    await fiji(shipped)
    response = await client.get("/offices/fiji/due", headers=await sign_in(shipped, "serbia", role))
    assert response.status_code == 403


async def test_due_points_require_a_key(client: httpx.AsyncClient) -> None:
    assert (await client.get("/offices/fiji/due")).status_code == 401
