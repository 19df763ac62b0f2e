"""The accessibility index over HTTP: as the collection of points has it, for whom, by step, and as CSV."""

import csv
import io
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import POINTS, find_link, get_json, get_properties
from helpers.passability import build_exception, build_measure
from helpers.shipped.register import fetch_point_id, select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

Row = dict[str, Any]
ON = "2020-04-15"


@pytest.fixture
async def made(shipped: AsyncConnection) -> None:
    """Some of Fiji's points say different things, and others nothing."""
    statuses = ("open", "closed", "partially_operational", "unknown", "closed_for_exit", "closed")
    codes = sorted(select_codes(country_iso3="FJI") - select_codes(poe_type="internal_transit_point"))
    for code, status in zip(codes, statuses, strict=False):
        measures = (build_exception("nationals"),) if code == codes[1] else ()
        await record_status(shipped, await fetch_point_id(shipped, code), status, "04-01", measures=measures)


async def rows(client: httpx.AsyncClient, **query: str) -> list[Row]:
    found: list[Row] = (await get_json(client, "/accessibility", **({"datetime": ON, "country": "FJI"} | query)))[
        "rows"
    ]
    return found


@pytest.mark.usefixtures("made")
async def test_points_are_counted_by_whether_people_get_in(client: httpx.AsyncClient) -> None:
    (fiji,) = await rows(client)
    of_fiji = await get_properties(client, POINTS, datetime=ON, country="FJI", is_poe="true")
    assert fiji["points"] == len(of_fiji)
    assert fiji["not_assessed"] == sum(not each["assessed"] for each in of_fiji.values())
    told = {answer: fiji[answer] for answer in ("yes", "conditional", "no", "unknown")}
    # An exception that names some is a condition for people in general.
    assert told == {"yes": 2, "conditional": 2, "no": 1, "unknown": 1}
    assert fiji["index_if_closed"] < fiji["index"] < fiji["index_if_open"]
    assert fiji["index_low"] < fiji["index"] < fiji["index_high"]


@pytest.mark.usefixtures("made")
async def test_index_is_weighted_by_type(client: httpx.AsyncClient) -> None:
    of_fiji = await get_properties(client, POINTS, datetime=ON, country="FJI", is_poe="true")
    weight = {"airport": 3.0, "blue_border_point": 0.5, "land_border_point": 1.0}
    worth = {"open": 1.0, "closed_for_exit": 1.0, "partially_operational": 0.25}
    assessed = [each for each in of_fiji.values() if each["assessed"]]
    excepted = sorted(of_fiji)[1]
    total = sum(weight[each["poe_type"]] for each in assessed)
    open_ = sum(
        weight[each["poe_type"]] * (0.25 if each["code"] == excepted else worth.get(each["operational_status"], 0))
        for each in assessed
    )
    asked = {f"weight_{name}": str(value) for name, value in weight.items()} | {"weight_conditional": "0.25"}
    (fiji,) = await rows(client, **asked)
    assert fiji["index"] == pytest.approx(open_ / total, abs=1e-4)


@pytest.mark.usefixtures("made")
async def test_index_takes_population_and_direction(client: httpx.AsyncClient) -> None:
    (nationals,) = await rows(client, population="nationals")
    assert (nationals["yes"], nationals["no"]) == (3, 1)
    (leaving,) = await rows(client, direction="exit")
    assert (leaving["yes"], leaving["no"]) == (1, 2)


@pytest.mark.usefixtures("made")
async def test_index_is_absent_without_assessments(client: httpx.AsyncClient) -> None:
    (fiji,) = await rows(client, datetime="2020-03-31")
    assert fiji["index"] is fiji["index_if_open"] is fiji["index_low"] is None
    assert fiji["assessed"] == 0
    (tonga,) = await rows(client, country="TON")
    assert tonga["index"] is None


async def test_index_takes_as_known_at(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    added = await add_poe(shipped, "ZZ-1", iso3="FJI")
    _, then = await record_status(shipped, added, "open", "04-01")
    await record_status(shipped, added, "closed", "04-01")
    (now,) = await rows(client)
    (before,) = await rows(client, as_known_at=then.isoformat())
    assert (now["index"], before["index"]) == (0.0, 1.0)


async def test_measures_count_at_each_point_of_their_own(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    """Points with the same status and the same measures are asked about once, and others apart."""
    for number, measure in enumerate(("mandatory_quarantine", "mandatory_quarantine", "movement_restricted")):
        added = await add_poe(shipped, f"ZZ-{number}", iso3="FJI")
        await record_status(shipped, added, "partially_operational", "04-01", measures=(build_measure(measure),))
    (fiji,) = await rows(client)
    assert (fiji["conditional"], fiji["no"]) == (2, 1)


@pytest.mark.usefixtures("made")
async def test_weeks_of_an_interval(client: httpx.AsyncClient) -> None:
    found = await rows(client, datetime="2020-03-23/2020-04-07", step="week")
    assert [(each["week"], each["as_on"]) for each in found] == [
        ("2020-03-23", "2020-03-29"),
        ("2020-03-30", "2020-04-05"),
        ("2020-04-06", "2020-04-07"),
    ]
    assert [each["assessed"] for each in found] == [0, 6, 6]
    (last,) = await rows(client, datetime="2020-04-07")
    assert {name: found[-1][name] for name in last} == last


@pytest.mark.usefixtures("made")
async def test_interval_without_steps_is_its_last_state(client: httpx.AsyncClient) -> None:
    assert await rows(client, datetime="2020-03-01/2020-04-15") == await rows(client)


@pytest.mark.usefixtures("made")
async def test_all_countries_with_points_have_a_row(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/accessibility", datetime=ON)
    assert document["numberReturned"] > 200
    assert [each["country"] for each in document["rows"] if each["index"] is not None] == ["FJI"]
    oceania = await get_json(client, "/accessibility", datetime=ON, region="009")
    assert {each["country"] for each in oceania["rows"]} < {each["country"] for each in document["rows"]}


@pytest.mark.usefixtures("made")
async def test_index_as_csv_has_hxl_tags(client: httpx.AsyncClient) -> None:
    response = await client.get("/accessibility", params={"datetime": ON, "country": "FJI", "f": "csv"})
    assert response.headers["content-type"].startswith("text/csv")
    header, tags, *lines = csv.reader(io.StringIO(response.text))
    assert dict(zip(header, tags, strict=True))["country"] == "#country+code"
    assert all(tag.startswith("#") for tag in tags)
    (fiji,) = await rows(client)
    assert [dict(zip(header, line, strict=True))["index"] for line in lines] == [str(fiji["index"])]


@pytest.mark.usefixtures("made")
async def test_index_has_a_page(client: httpx.AsyncClient) -> None:
    page = await client.get("/accessibility", params={"datetime": ON, "country": "FJI,TON", "f": "html"})
    assert page.status_code == 200
    assert "Fiji" in page.text


async def test_page_form_keeps_other_parameters(client: httpx.AsyncClient) -> None:
    """To ask for another day is no reason to forget as of when it is asked, or with which weights."""
    kept = {"as_known_at": "2026-01-01T00:00:00Z", "weight_airport": "3"}
    page = await client.get("/accessibility", params={"country": "FJI", "f": "html"} | kept)
    for name, value in kept.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page.text
    assert '<input type="hidden" name="country"' not in page.text


async def test_index_links_carry_both_clocks(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/accessibility", country="FJI")
    for relation in ("self", "alternate"):
        assert {"datetime", "as_known_at"} <= set(httpx.URL(find_link(document, relation) or "").params)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"weight_airport": "11"}, "weight_airport"),
        ({"weight_airport": "-1"}, "weight_airport"),
        ({"weight_airport": "nan"}, "weight_airport"),
        ({"weight_conditional": "1.5"}, "weight_conditional"),
        ({"step": "year"}, "step"),
        ({"poe_type": "internal_transit_point"}, "poe_type"),
        ({"step": "day", "datetime": "2020-01-01/.."}, "datetime"),
        ({"step": "day", "datetime": "2020-01-01/2020-12-31"}, "datetime"),
        ({"country": "XXX"}, "country"),
        ({"region": "nowhere"}, "region"),
        ({"population": "martians"}, "population"),
        ({"nationality": "XXX"}, "nationality"),
        ({"group_by": "country"}, "group_by"),
    ],
)
async def test_invalid_parameter_is_named(client: httpx.AsyncClient, query: dict[str, str], parameter: str) -> None:
    response = await client.get("/accessibility", params=query)
    assert response.status_code == 400
    assert parameter in {error["parameter"] for error in response.json()["errors"]}
