"""Old statuses: from an age of the last assessment on, nobody is sent anywhere by them."""

import csv
import datetime as dt
import io
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, day, fetch_source_id, record_status
from helpers.http import get_json
from helpers.passability import build_measure
from sqlalchemy.ext.asyncio import AsyncConnection

from api.responses.stale_after import get_stale_after_d
from api.settings import get_settings
from models.recording.assessments import record_assessments
from models.tables.revision import begin_revision

Document = dict[str, Any]
ASSESSED = day("04-01")
# 28 days after.
STALE_FROM = "2020-04-29"
LAST_RECENT = "2020-04-28"
HERE = (-140.0, 0.0)


async def assess(database: AsyncConnection, point: int, *days: dt.date) -> dt.datetime:
    """Record that somebody looked at the point on these days; give the record time."""
    numbers = {"estimated_daily_inflow": None, "estimated_daily_outflow": None, "comment": None}
    source, recorded_at = await fetch_source_id(database), await begin_revision(database, "test")
    rows = [numbers | {"point_of_entry_id": point, "source_id": source, "assessed_on": each} for each in days]
    await record_assessments(database, rows, recorded_at)
    return recorded_at


@pytest.fixture
async def airport(shipped: AsyncConnection) -> int:
    """A point in the middle of the ocean, open since it was assessed."""
    point = await add_poe(shipped, "XX-OLD", *HERE, iso3="FJI")
    await record_status(shipped, point, "open", "04-01")
    await assess(shipped, point, ASSESSED)
    return point


async def near(client: httpx.AsyncClient, on: str, **query: object) -> dict[str, Document]:
    asked = {"lon": HERE[0], "lat": HERE[1], "within_m": 50_000, "datetime": on} | query
    features = (await get_json(client, "/nearest", **asked))["features"]
    return {feature["id"]: feature["properties"] for feature in features}


async def old_point(client: httpx.AsyncClient, on: str, **query: object) -> tuple[str, str | None, str | None]:
    every = {"passable": "yes,conditional,no,unknown,not_known_lately,not_assessed"}
    found = (await near(client, on, **every, **query))["XX-OLD"]
    return found["passable"], found["last_known"], found["last_assessed"]


@pytest.mark.usefixtures("airport")
@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (LAST_RECENT, ("yes", None, "2020-04-01")),
        (STALE_FROM, ("not_known_lately", "yes", "2020-04-01")),
        ("2020-04-30", ("not_known_lately", "yes", "2020-04-01")),
        ("2026-04-01", ("not_known_lately", "yes", "2020-04-01")),
        ("2020-03-31", ("not_assessed", None, None)),
    ],
)
async def test_status_is_stale_28_days_after_the_last_assessment(
    client: httpx.AsyncClient, on: str, expected: tuple[str, str | None, str | None]
) -> None:
    assert await old_point(client, on) == expected


@pytest.mark.usefixtures("airport")
@pytest.mark.parametrize(
    ("on", "max_age", "passable"),
    [
        (LAST_RECENT, 27, "not_known_lately"),
        (LAST_RECENT, 28, "yes"),
        (STALE_FROM, 29, "yes"),
        ("2020-04-01", 0, "not_known_lately"),
        ("2020-04-01", 1, "yes"),
        ("2026-04-01", 36_500, "yes"),
        ("9999-12-31", 36_500, "yes"),
        ("9999-12-31", 36_499, "not_known_lately"),
    ],
)
async def test_max_age_sets_when_a_status_is_stale(
    client: httpx.AsyncClient, on: str, max_age: int, passable: str
) -> None:
    assert (await old_point(client, on, max_age=max_age))[0] == passable


async def test_new_assessment_ends_staleness(client: httpx.AsyncClient, shipped: AsyncConnection, airport: int) -> None:
    await assess(shipped, airport, day("04-20"))
    assert await old_point(client, "2020-05-17") == ("yes", None, "2020-04-20")
    assert await old_point(client, "2020-05-18") == ("not_known_lately", "yes", "2020-04-20")


async def test_later_assessment_does_not_refresh_an_earlier_day(
    client: httpx.AsyncClient, shipped: AsyncConnection, airport: int
) -> None:
    await assess(shipped, airport, day("05-20"))
    assert await old_point(client, "2020-05-19") == ("not_known_lately", "yes", "2020-04-01")


async def test_staleness_follows_as_known_at(client: httpx.AsyncClient, shipped: AsyncConnection, airport: int) -> None:
    then = await begin_revision(shipped, "test")
    await assess(shipped, airport, day("04-20"))
    assert await old_point(client, "2020-05-10") == ("yes", None, "2020-04-20")
    before = await old_point(client, "2020-05-10", as_known_at=then.isoformat())
    assert before == ("not_known_lately", "yes", "2020-04-01")


async def test_status_without_any_assessment_is_not_stale(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-OLD", *HERE, iso3="FJI")
    await record_status(shipped, point, "open", "04-01")
    assert await old_point(client, "2021-04-01") == ("yes", None, None)


async def test_point_assessed_without_a_status_is_not_assessed(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await assess(shipped, await add_poe(shipped, "XX-OLD", *HERE, iso3="FJI"), ASSESSED)
    assert await old_point(client, "2021-04-01") == ("not_assessed", None, "2020-04-01")


@pytest.mark.usefixtures("airport")
async def test_nearest_leave_out_stale_points_with_a_notice(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    asked = {"lon": HERE[0], "lat": HERE[1], "within_m": 50_000, "datetime": STALE_FROM}
    document = await get_json(client, "/nearest", **asked)
    assert (document["features"], document["max_age"]) == ([], 28)
    assert document["notes"][1] == (
        "Left out: 1 that would be here by what was last known of them, 28 days before or earlier. "
        "`passable=not_known_lately` lists such points."
    )
    farther = await add_poe(shipped, "XX-NEW", HERE[0] + 0.1, HERE[1], iso3="FJI")
    shut = await add_poe(shipped, "XX-SHUT", HERE[0] + 0.05, HERE[1], iso3="FJI")
    for point, status in ((farther, "open"), (shut, "closed")):
        await record_status(shipped, point, status, "04-01")
    await assess(shipped, farther, day("04-20"))
    await assess(shipped, shut, ASSESSED)
    found = await get_json(client, "/nearest", **asked | {"limit": 1})
    assert [feature["id"] for feature in found["features"]] == ["XX-NEW"]
    assert found["notes"][0].startswith("Left out: 1 or more that would be here")
    assert set(await near(client, STALE_FROM, passable="not_known_lately")) == {"XX-OLD", "XX-SHUT"}
    assert "Left out" not in str((await get_json(client, "/nearest", **asked | {"max_age": 29}))["notes"])


@pytest.mark.parametrize(
    ("leaving", "arriving", "passable", "last_known"),
    [
        ("04-01", "04-20", "not_known_lately", "conditional"),
        ("04-20", "04-01", "not_known_lately", "conditional"),
        ("04-01", "04-01", "not_known_lately", "conditional"),
        ("04-20", "04-20", "conditional", None),
        ("04-01", None, "not_assessed", None),
    ],
)
async def test_stale_side_makes_a_crossing_stale(
    client: httpx.AsyncClient,
    shipped: AsyncConnection,
    leaving: str,
    arriving: str | None,
    passable: str,
    last_known: str | None,
) -> None:
    out, into = await two_sides(shipped)
    await record_status(shipped, out, "open", "04-01")
    await assess(shipped, out, day(leaving))
    if arriving:
        await record_status(
            shipped, into, "partially_operational", "04-01", measures=(build_measure("medical_requirements"),)
        )
        await assess(shipped, into, day(arriving))
    found = await crossing(client)
    assert (found["passable"], found["last_known"]) == (passable, last_known)
    assert found["conditions"] == (
        ["medical_requirements", "partially_operational"] if passable == "conditional" else None
    )


async def test_recently_closed_side_decides(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    out, into = await two_sides(shipped)
    await record_status(shipped, out, "open", "04-01")
    await assess(shipped, out, ASSESSED)
    await record_status(shipped, into, "closed", "04-01")
    await assess(shipped, into, day("04-20"))
    found = await crossing(client)
    assert (found["passable"], found["last_known"]) == ("no", None)
    sides = [(found[side]["passable"], found[side]["last_known"]) for side in ("exit", "entry")]
    assert sides == [("not_known_lately", "yes"), ("no", None)]
    assert (await crossing(client, max_age="5"))["last_known"] == "no"


async def two_sides(database: AsyncConnection) -> tuple[int, int]:
    columns: dict[str, Any] = {"poe_type": "land_border_point"}
    out = await add_poe(database, "RS-OUT", 22.826, 43.009, iso3="SRB", other_iso3="BGR", **columns)
    into = await add_poe(database, "BG-IN", 22.862, 42.993, iso3="BGR", counterpart_id=out, **columns)
    return out, into


async def crossing(client: httpx.AsyncClient, **query: str) -> Document:
    asked = {"from": "SRB", "to": "BGR", "datetime": STALE_FROM} | query
    features = (await get_json(client, "/crossings", **asked))["features"]
    (found,) = (each["properties"] for each in features if each["id"] == "RS-OUT~BG-IN")
    return dict(found)


async def figures(client: httpx.AsyncClient, **query: object) -> list[Document]:
    rows: list[Document] = (await get_json(client, "/accessibility", **{"country": "FJI"} | query))["rows"]
    return rows


@pytest.mark.usefixtures("airport")
async def test_index_counts_stale_points_as_unassessed(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    recent = await add_poe(shipped, "XX-NEW", iso3="FJI")
    await record_status(shipped, recent, "closed", "04-01")
    await assess(shipped, recent, day("04-20"))
    (before,) = await figures(client, datetime=LAST_RECENT)
    (after,) = await figures(client, datetime=STALE_FROM)
    names = ("index", "assessed", "not_known_lately", "yes", "no")
    assert [before[name] for name in names] == [0.5, 2, 0, 1, 1]
    assert [after[name] for name in names] == [0.0, 1, 1, 0, 1]
    assert before["not_assessed"] == after["not_assessed"]
    (asked,) = await figures(client, datetime=STALE_FROM, max_age=29)
    assert asked == before


@pytest.mark.usefixtures("airport")
async def test_series_counts_as_single_days_do(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    again = await add_poe(shipped, "XX-AGAIN", iso3="FJI")
    await record_status(shipped, again, "closed", "04-01")
    await assess(shipped, again, day("04-01"), day("04-01"), day("04-20"), day("05-20"))
    series = await figures(client, datetime="2020-04-27/2020-05-21", step="day")
    assert [(each["yes"], each["no"], each["not_known_lately"]) for each in series] == [
        *[(1, 1, 0)] * 2,
        *[(0, 1, 1)] * 19,
        *[(0, 0, 2)] * 2,
        *[(0, 1, 1)] * 2,
    ]
    for each in series:
        (alone,) = await figures(client, datetime=each["day"])
        assert {name: each[name] for name in alone} == alone


@pytest.mark.usefixtures("airport")
async def test_figures_have_a_column_of_their_own_in_csv(client: httpx.AsyncClient) -> None:
    query = {"country": "FJI", "datetime": STALE_FROM, "f": "csv"}
    header, tags, line = csv.reader(io.StringIO((await client.get("/accessibility", params=query)).text))
    place = header.index("not_known_lately")
    assert (tags[place], line[place]) == ("#indicator+num+not_known_lately", "1")


@pytest.mark.usefixtures("airport")
async def test_pages_label_stale_answers(client: httpx.AsyncClient) -> None:
    asked = {"lon": HERE[0], "lat": HERE[1], "within_m": 50_000, "datetime": STALE_FROM, "f": "html"}
    page = (await client.get("/nearest", params=asked | {"passable": "not_known_lately"})).text
    assert '<span class="stale">Not known lately</span><br>Last known: yes' in page
    assert "<strong>Yes</strong>" not in page
    assert "28" in page.split('name="max_age"')[1].split(">")[0]


@pytest.mark.parametrize(
    "address", ["/nearest?lon=1&lat=1", "/crossings?from=SRB&to=BGR", "/accessibility?country=FJI"]
)
@pytest.mark.parametrize("max_age", ["-1", "36501", "1.5", "month", "99999999999999999999"])
async def test_invalid_max_age_is_named(client: httpx.AsyncClient, address: str, max_age: str) -> None:
    response = await client.get(f"{address}&max_age={max_age}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["max_age"]


@pytest.mark.usefixtures("airport")
async def test_stale_age_is_a_setting(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSINGS_STALE_AFTER_D", "14")
    get_settings.cache_clear()
    try:
        assert get_stale_after_d() == 14
        assert await old_point(client, "2020-04-14") == ("yes", None, "2020-04-01")
        assert await old_point(client, "2020-04-15") == ("not_known_lately", "yes", "2020-04-01")
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
