"""The history of one point: every record, on both time axes."""

import datetime as dt

import httpx
from helpers.factories import add_poe, day, fetch_source_id, record_status
from helpers.http import find_link, get_json
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.restrictions import MeasureRow
from models.tables.assessment import Assessment, HealthCapacity

HISTORY = "/points-of-entry/XX-A/history"


async def test_each_belief_is_there_with_its_days_and_its_time(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    point = await add_poe(shipped, "XX-A")
    _, first = await record_status(shipped, point, "closed", "03-01")
    _, second = await record_status(shipped, point, "open", "04-01")
    told = {
        (
            row["operational_status"],
            row["valid_from"],
            row["valid_to"],
            moment(row["recorded_from"]),
            row["recorded_to"],
        )
        for row in (await get_json(client, HISTORY))["restrictions"]
    }
    closed_at = next(recorded_to for *_, recorded_to in told if recorded_to)
    assert moment(closed_at) == second
    assert told == {
        ("closed", "2020-03-01", None, first, closed_at),
        ("closed", "2020-03-01", "2020-04-01", second, None),
        ("open", "2020-04-01", None, second, None),
    }


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


async def test_latest_belief_comes_first(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    for status, since in (("closed", "03-01"), ("open", "04-01"), ("closed_for_exit", "03-08")):
        await record_status(shipped, point, status, since)
    recorded = [row["recorded_from"] for row in (await get_json(client, HISTORY))["restrictions"]]
    assert recorded == sorted(recorded, reverse=True)


async def test_remainder_names_the_record_it_is_of(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    outcome, _ = await record_status(shipped, point, "closed", "03-01")
    await record_status(shipped, point, "open", "04-01")
    rows = (await get_json(client, HISTORY))["restrictions"]
    assert [row["remainder_of_id"] for row in rows if row["valid_to"]] == [outcome.record_id]


async def test_each_restriction_has_its_measures_row_by_row(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    measures = [
        MeasureRow("medical_requirements", direction="entry", affected_populations=("nationals",)),
        MeasureRow("movement_restricted", nationality_rule="except", nationalities=("FJI",), is_exception=True),
    ]
    await record_status(shipped, await add_poe(shipped, "XX-A"), "partially_operational", "03-01", measures=measures)
    (restriction,) = (await get_json(client, HISTORY))["restrictions"]
    medical, movement = restriction["measure_rows"]
    assert (medical["direction"], medical["affected_populations"]) == ("entry", ["nationals"])
    assert (movement["nationality_rule"], movement["nationalities"], movement["is_exception"]) == (
        "except",
        ["FJI"],
        True,
    )


async def test_each_state_of_the_register_is_there(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_poe(shipped, "XX-A", 10, 20, name="Old name")
    await add_poe(shipped, "XX-A", 11, 21, name="New name")
    told = await get_json(client, HISTORY)
    assert told["name"] == "New name"
    names = {(row["name"], row["longitude"], row["latitude"], row["recorded_to"] is None) for row in told["register"]}
    assert names == {("Old name", 10, 20, False), ("New name", 11, 21, True)}


async def test_point_that_was_there_since_ever_says_no_first_day(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await add_poe(shipped, "XX-A")
    (entry,) = (await get_json(client, HISTORY))["register"]
    assert (entry["valid_from"], entry["valid_to"]) == (None, None)


async def test_assessments_and_capacities_are_there(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point, source = await add_poe(shipped, "XX-A"), await fetch_source_id(shipped)
    recorded_at = dt.datetime(2020, 3, 10, tzinfo=dt.UTC)
    of_point = {"point_of_entry_id": point, "source_id": source}
    for assessed_on in ("03-02", "03-09"):
        row = {"assessed_on": day(assessed_on), "recorded_at": recorded_at, "estimated_daily_inflow": 120}
        await shipped.execute(insert(Assessment).values(**of_point, **row))
    axes = {"valid_during": Range(day("03-02"), None), "recorded_during": Range(recorded_at, None)}
    await shipped.execute(insert(HealthCapacity).values(**of_point, **axes, indicator="screening", value="unknown"))
    told = await get_json(client, HISTORY)
    assert [row["assessed_on"] for row in told["assessments"]] == ["2020-03-09", "2020-03-02"]
    assert told["assessments"][0]["estimated_daily_inflow"] == 120
    (capacity,) = told["health_capacities"]
    assert (capacity["indicator"], capacity["value"], capacity["valid_from"]) == ("screening", "unknown", "2020-03-02")


async def test_unassessed_point_has_a_history_of_its_entry_only(client: httpx.AsyncClient) -> None:
    told = await get_json(client, "/points-of-entry/OA-4959/history")
    assert len(told["register"]) == 1
    assert told["restrictions"] == told["assessments"] == told["health_capacities"] == []


async def test_history_leads_to_its_point(client: httpx.AsyncClient) -> None:
    told = await get_json(client, "/points-of-entry/OA-4959/history")
    assert (await get_json(client, find_link(told, "item") or ""))["id"] == "OA-4959"


async def test_history_is_a_page_too(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    measures = [MeasureRow("medical_requirements", affected_populations=("nationals",), nationality_rule="all")]
    await record_status(shipped, point, "closed", "03-01", measures=measures, announced_end=day("04-01"))
    await record_status(shipped, point, "open", "03-08")
    page = await client.get(HISTORY, params={"f": "html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Closed for entry and exit" in page.text
    assert "superseded" in page.text


async def test_history_of_no_point_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get("/points-of-entry/XX-NONE/history")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert "'XX-NONE'" in response.json()["detail"]
