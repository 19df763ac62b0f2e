"""Statistics over HTTP, each number compared with the same count in plain Python over the points of those days."""

import csv
import datetime as dt
import io
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import httpx
import hxl
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import POINTS, Document, count_matched, get_json
from sqlalchemy.ext.asyncio import AsyncConnection

from api.analysis.periods import split_into_periods
from models.recording.register import fetch_point_ids
from models.recording.restrictions import MeasureRow
from models.tables.bitemporal import Days

FIRST, LAST = dt.date(2020, 3, 1), dt.date(2020, 4, 30)
STATUSES = ("open", "closed", "partially_operational", "closed_for_entry", "unknown")
MEASURES = ("movement_restricted", "medical_requirements", "mandatory_quarantine")
POPULATIONS = ("nationals", "tourists", "regular_travellers")
COUNTRIES = ("SRB", "FJI", "KEN", "NAM")
TYPES = ("airport", "land_border_point", "blue_border_point", "internal_transit_point")
BOX = (0.0, -30.0, 40.0, 10.0)
WHERE = ("region", "country", "poe_type")
OF_THE_DAY = ("status_group", "measure", "affected_population")
Row = dict[str, Any]


@pytest.fixture
async def made(shipped: AsyncConnection) -> None:
    """Points of four countries that open and close at random, in a register of their own names."""
    chance = random.Random(7)
    for number in range(32):
        iso3, poe_type = COUNTRIES[number % 4], chance.choice(TYPES)
        longitude, latitude = chance.uniform(-20, 20) + 20, chance.uniform(-40, 40)
        point = await add_poe(shipped, f"T-{number}", longitude, latitude, iso3=iso3, poe_type=poe_type)
        for _ in range(chance.randrange(4)):
            await said(shipped, point, chance)


async def said(shipped: AsyncConnection, point: int, chance: random.Random) -> None:
    since = FIRST + dt.timedelta(chance.randrange(50))
    until = chance.choice((None, (since + dt.timedelta(chance.randrange(1, 30))).isoformat()))
    chosen = chance.sample(MEASURES, chance.randrange(3))
    rows = [MeasureRow(each, affected_populations=tuple(chance.sample(POPULATIONS, 2))) for each in chosen]
    await record_status(shipped, point, chance.choice(STATUSES), since.isoformat(), until, measures=rows)


async def rows_of(client: httpx.AsyncClient, **query: object) -> list[Row]:
    rows: list[Row] = (await get_json(client, "/statistics", **query))["rows"]
    return rows


async def state_on(client: httpx.AsyncClient, day: dt.date, **query: object) -> list[Row]:
    """The points of the day, as the collection answers with them."""
    features: list[Row] = []
    page: Document = await get_json(client, POINTS, datetime=day, limit=10_000, **query)
    for feature in page["features"]:
        point = feature["properties"]
        features.append(point | {"status_group": point["status_group"] if point["assessed"] else None})
    return features


def expected(points: Iterable[Row], groups: Sequence[str], regions: dict[str, list[str]]) -> dict[tuple[Any, ...], Any]:
    """Points, points in all groups but the last, and share, by the values of the groups; worked out in Python."""
    points = list(points)
    if {"measure", "affected_population"} & set(groups) and "status_group" not in groups:
        points = [point for point in points if point["assessed"]]
    *before, last = groups
    base = [point for point in points if last not in OF_THE_DAY or point["assessed"]]
    counted, of = counts(points, groups, regions), counts(base, before, regions)
    told = {}
    for key, number in counted.items():
        total = of.get(key[:-1], 0)
        unknown = last == "status_group" and key[-1] is None
        told[key] = (number, total, None if unknown or not total else round(number / total, 4))
    return told


def counts(points: Iterable[Row], groups: Sequence[str], regions: dict[str, list[str]]) -> dict[tuple[Any, ...], int]:
    found: dict[tuple[Any, ...], int] = defaultdict(int)
    for point in points:
        for key in itertools.product(*(values(point, group, regions) for group in groups)):
            found[key] += 1
    return found


def values(point: Row, group: str, regions: dict[str, list[str]]) -> list[Any]:
    if group == "region":
        return regions.get(point["country"], [])
    if group in {"measure", "affected_population"}:
        return point[f"{group}s"] or [None]
    return [point[group]]


async def iom_regions(client: httpx.AsyncClient) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for region in (await get_json(client, "/regions"))["regions"]:
        for country in region["countries"] if region["kind"] == "iom" else ():
            found[country if isinstance(country, str) else country["iso3"]].append(region["code"])
    return found


def told(rows: Iterable[Row], groups: Sequence[str]) -> dict[tuple[Any, ...], Any]:
    return {tuple(row[group] for group in groups): (row["points"], row["of_points"], row["share"]) for row in rows}


@pytest.mark.usefixtures("made")
class TestOverPointsThatOpenAndClose:
    @pytest.mark.parametrize(
        "groups",
        [
            *((group,) for group in (*WHERE, *OF_THE_DAY)),
            ("region", "status_group"),
            ("country", "poe_type"),
            ("country", "measure"),
            ("poe_type", "affected_population"),
            ("status_group", "measure"),
            ("measure", "country"),
            ("status_group", "region"),
            ("region", "country", "poe_type", "status_group"),
            ("country", "measure", "affected_population"),
        ],
        ids=",".join,
    )
    async def test_every_row_is_what_python_counts(self, client: httpx.AsyncClient, groups: tuple[str, ...]) -> None:
        for day in (dt.date(2020, 2, 1), dt.date(2020, 3, 20), LAST):
            points = await state_on(client, day, is_poe="true", country=",".join(COUNTRIES))
            rows = await rows_of(client, group_by=",".join(groups), datetime=day, country=",".join(COUNTRIES))
            assert told(rows, groups) == expected(points, groups, await iom_regions(client))

    @pytest.mark.parametrize(
        "query",
        [
            {"country": "SRB,FJI"},
            {"region": "EHA"},
            {"poe_type": "land_border_point,internal_transit_point", "country": "SRB,NAM"},
            {"status_group": "fully_closed"},
            {"operational_status": "closed,open"},
            {"bbox": ",".join(map(str, BOX))},
            {"bbox": "170,-40,-170,0"},
            {"is_poe": "false", "country": "SRB,FJI"},
        ],
        ids=str,
    )
    async def test_filters_are_those_of_the_points(self, client: httpx.AsyncClient, query: dict[str, str]) -> None:
        day, groups = dt.date(2020, 4, 10), ("country", "status_group")
        # Without being told, statistics count points of entry only; by type, what the types say.
        as_points = query if {"poe_type", "is_poe"} & query.keys() else query | {"is_poe": "true"}
        points = await state_on(client, day, **as_points)
        rows = await rows_of(client, group_by=",".join(groups), datetime=day, **query)
        assert told(rows, groups) == expected(points, groups, {})
        assert sum(row["points"] for row in rows) == await count_matched(client, POINTS, datetime=day, **as_points)

    @pytest.mark.parametrize(("step", "size"), [("day", 61), ("week", 10), ("month", 2)])
    async def test_each_step_is_counted_on_its_last_day(self, client: httpx.AsyncClient, step: str, size: int) -> None:
        interval = f"{FIRST}/{LAST}"
        rows = await rows_of(client, group_by=f"{step},status_group", datetime=interval, country=",".join(COUNTRIES))
        on = {row[step]: row["as_on"] for row in rows}
        assert len(on) == size
        for label in list(on)[:: max(1, size // 5)]:
            day = dt.date.fromisoformat(on[label])
            points = await state_on(client, day, country=",".join(COUNTRIES), is_poe="true")
            of_step = [row for row in rows if row[step] == label]
            assert told(of_step, ("status_group",)) == expected(points, ("status_group",), {})

    async def test_interval_without_a_step_means_its_last_state(self, client: httpx.AsyncClient) -> None:
        interval = f"{FIRST}/{LAST}"
        page = await get_json(client, POINTS, datetime=interval, limit=10_000, is_poe="true", country="SRB,FJI")
        assessed = sum(1 for feature in page["features"] if feature["properties"]["assessed"])
        rows = await rows_of(client, group_by="status_group", datetime=interval, country="SRB,FJI")
        assert {row["of_points"] for row in rows} == {assessed}
        assert sum(row["points"] for row in rows) == page["numberMatched"]

    async def test_past_counts_are_reproduced(self, client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
        query = {"group_by": "country,measure", "datetime": "2020-04-10"}
        before = await get_json(client, "/statistics", **query)
        for code in ("T-0", "T-1", "T-2"):
            await record_status(shipped, (await fetch_point_ids(shipped, [code]))[code], "closed", "03-01", "12-31")
        assert (await get_json(client, "/statistics", **query))["rows"] != before["rows"]
        assert (await rows_of(client, **query, as_known_at=before["as_known_at"])) == before["rows"]

    async def test_csv_equals_json_and_hxl_reads_it(self, client: httpx.AsyncClient) -> None:
        query = {"group_by": "week,region,country,measure", "datetime": f"{FIRST}/{LAST}"}
        rows = await rows_of(client, **query)
        response = await client.get("/statistics", params=query | {"f": "csv"})
        assert (
            "statistics-week-region-country-measure-2020-03-01-to-2020-04-30.csv"
            in response.headers["content-disposition"]
        )
        read = list(csv.DictReader(io.StringIO(response.text)))[1:]
        assert [{name: str(value) if value is not None else "" for name, value in row.items()} for row in rows] == read
        source = hxl.data(list(csv.reader(io.StringIO(response.text))))
        assert {"#indicator", "#region", "#adm0", "#access", "#date"} == set(source.tags)
        assert len(list(source)) == len(rows)


async def test_week_is_named_by_its_monday_and_ends_with_the_interval(client: httpx.AsyncClient) -> None:
    rows = await rows_of(client, group_by="week", datetime="2020-04-01/2020-04-14", country="SRB")
    assert [(row["week"], row["as_on"]) for row in rows] == [
        ("2020-03-30", "2020-04-05"),
        ("2020-04-06", "2020-04-12"),
        ("2020-04-13", "2020-04-14"),
    ]


async def test_countries_and_regions_are_named(client: httpx.AsyncClient) -> None:
    (row,) = await rows_of(client, group_by="region,country", country="SRB")
    assert (row["region"], row["country"], row["country_name"]) == ("SEEECA", "SRB", "Serbia")
    assert "Europe" in row["region_name"]


async def test_regions_are_those_requested(client: httpx.AsyncClient) -> None:
    rows = await rows_of(client, group_by="region", region="002,EHA")
    assert {row["region"] for row in rows} == {"002", "EHA"}


async def test_only_points_of_entry_are_counted_by_default(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/statistics", group_by="poe_type")
    assert document["is_poe"] is True
    assert "internal_transit_point" not in {row["poe_type"] for row in document["rows"]}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"group_by": "continent"}, "group_by"),
        ({"group_by": "country,country"}, "group_by"),
        ({"group_by": "day,week"}, "group_by"),
        ({"group_by": "day", "datetime": "../2020-04-15"}, "datetime"),
        ({"group_by": "day", "datetime": "2018-01-01/2020-04-15"}, "datetime"),
        ({"country": "XXX"}, "country"),
        ({"region": "atlantis"}, "region"),
        ({"limit": "5"}, "limit"),
        ({"f": "xlsx"}, "f"),
    ],
    ids=str,
)
async def test_invalid_count_is_named(client: httpx.AsyncClient, query: dict[str, str], parameter: str) -> None:
    response = await client.get("/statistics", params=query)
    assert response.status_code == 400
    assert [each["parameter"] for each in response.json()["errors"]] == [parameter]


async def test_every_link_carries_both_clocks(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/statistics", datetime="2020-04-15")
    for link in document["links"]:
        asked = httpx.URL(link["href"]).params
        assert (asked["datetime"], asked["as_known_at"]) == ("2020-04-15", document["as_known_at"])
        assert (await client.get(link["href"])).headers["content-type"].startswith(link["type"])


async def test_statistics_page_explains_itself(client: httpx.AsyncClient) -> None:
    page = await client.get("/statistics", params={"f": "html", "group_by": "country,status_group"})
    assert page.status_code == 200
    assert "Serbia" in page.text
    assert "of_points" in page.text


@pytest.mark.parametrize("step", ["day", "week", "month"])
@pytest.mark.parametrize(
    ("first", "last"), [("9999-12-27", "9999-12-27"), ("9999-12-20", "9999-12-30"), ("0001-01-02", "0001-01-09")]
)
def test_periods_end_with_the_calendar(step: str, first: str, last: str) -> None:
    days = Days(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    periods = split_into_periods(days, step)
    assert periods[-1].days == Days.on(days.last)
    assert all(period.label <= period.days.last for period in periods)
