"""Every number of a report, compared with the same number from plain SQL over the tables."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from a_report import COMPARE, ON, POE, BySql, add_points, report_of
from asking import Document
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.app import create_app
from api.database import engine_for
from models.codes import codes, codes_where_is_poe
from models.report.shares import whole_share, whole_shares

GROUPS = codes("status_group")
TYPES = codes_where_is_poe()
AREAS = {
    "global": ({"level": "global"}, "true"),
    "region": (
        {"level": "region", "area": "SEEECA"},
        "iso3 IN (SELECT m.iso3 FROM region_member m WHERE m.region_code = 'SEEECA' AND m.valid_during @> :day)",
    ),
    "country": ({"level": "country", "area": "SRB"}, "iso3 = 'SRB'"),
}
REGION = """
    coalesce((SELECT m.region_code FROM region_member m JOIN region g ON g.code = m.region_code AND g.kind = 'iom'
              WHERE m.iso3 = point.iso3 AND m.valid_during @> CAST(:day AS date)), 'no_region')
"""


@pytest.fixture(scope="module")
async def engine(copied: str) -> AsyncIterator[AsyncEngine]:
    """A database with points that open and close, made once: the tests only read it."""
    engine = engine_for(copied)
    async with engine.begin() as connection:
        await add_points(connection)
    yield engine
    await engine.dispose()


@pytest.fixture
async def database(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        yield connection


@pytest.fixture
async def client(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(engine)), base_url="http://test") as client:
        yield client


@pytest.fixture(params=AREAS)
async def told(
    request: pytest.FixtureRequest, client: httpx.AsyncClient, database: AsyncConnection
) -> tuple[Any, BySql]:
    """The figures of the report of an area, and plain SQL over the same area and day."""
    query, condition = AREAS[request.param]
    document = await report_of(client, **query)
    return document["figures"], BySql(database, ON, document["as_known_at"], condition)


def assert_tally(tally: Document, counts: dict[Any, int]) -> None:
    """The tally is that of the counts, by operational status; None: not assessed."""
    statuses = {status: counts.get(status, 0) for status in codes("operational_status")}
    assessed = sum(statuses.values())
    assert tally["statuses"] == statuses
    assert (tally["assessed"], tally["not_assessed"]) == (assessed, counts.get(None, 0))
    assert tally["points"] == assessed + counts.get(None, 0)


def part_of(counts: dict[Any, int], first: object) -> dict[Any, int]:
    return {second: number for (one, second), number in counts.items() if one == first}


async def test_points_by_status_are_those_of_the_tables(told: tuple[Any, BySql]) -> None:
    figures, sql = told
    day = figures["day"]
    assert_tally(day["total"], await sql.counts("operational_status", POE))
    assert_tally(day["transit"], await sql.counts("operational_status", f"NOT {POE}"))
    by_type = await sql.counts("poe_type, operational_status", POE)
    assert list(day["types"]) == list(TYPES)
    for name, tally in day["types"].items():
        assert_tally(tally, part_of(by_type, name))
    by_country = await sql.counts("iso3, operational_status", POE)
    assert set(day["countries"]) == {iso3 for iso3, _ in by_country}
    for iso3, tally in day["countries"].items():
        assert_tally(tally, part_of(by_country, iso3))


async def test_groups_and_their_shares_are_those_of_the_tables(told: tuple[Any, BySql]) -> None:
    figures, sql = told
    before = BySql(sql.database, COMPARE, figures["known_at"], sql.area)
    counts, then = [await each.counts("status_group", f"{POE} AND status_group IS NOT NULL") for each in (sql, before)]
    shares, earlier = (whole_shares({group: one.get(group, 0) for group in GROUPS}) for one in (counts, then))
    for group, found in figures["day"]["total"]["groups"].items():
        change = None if None in {shares[group], earlier[group]} else shares[group] - earlier[group]
        assert (found["points"], found["share"], found["change"]) == (counts.get(group, 0), shares[group], change)
    types = await sql.counts("poe_type", f"{POE} AND status_group IS NOT NULL")
    assert {name: each["points"] for name, each in figures["day"]["type_shares"].items()} == {
        name: types.get(name, 0) for name in TYPES
    }


async def test_regions_are_those_of_the_day(client: httpx.AsyncClient, database: AsyncConnection) -> None:
    document = await report_of(client)
    counts = await BySql(database, ON, document["as_known_at"]).counts(f"{REGION}, operational_status", POE)
    regions = document["figures"]["day"]["regions"]
    assert len(regions) == 10
    for code, tally in regions.items():
        assert_tally(tally, part_of(counts, code))


@pytest.mark.parametrize(
    ("name", "column", "code_list"),
    [("measures", "measures", "measure"), ("populations", "affected_populations", "affected_population")],
)
async def test_sets_are_those_of_the_tables(told: tuple[Any, BySql], name: str, column: str, code_list: str) -> None:
    figures, sql = told
    each = f"point, unnest({column}) AS code"
    assessed = f"{POE} AND status_group IS NOT NULL"
    kinds = {"types": "poe_type", "status_groups": "status_group"} | (
        {"regions": REGION} if figures["level"] == "global" else {}
    )
    for kind, expression in kinds.items():
        counts = await sql.counts(f"{expression}, code", assessed, each)
        totals = await sql.counts(expression, assessed)
        for key, found in figures["day"][name][kind].items():
            total = totals.get(key, 0)
            assert found["assessed"] == total
            expected = {code: counts.get((key, code), 0) for code in codes(code_list)}
            assert {code: one["points"] for code, one in found["each"].items()} == expected
            assert {code: one["share"] for code, one in found["each"].items()} == {
                code: whole_share(points, total) for code, points in expected.items()
            }
    without = await sql.count(f"{assessed} AND {column} = '{{}}'")
    assert figures["day"][name]["all"]["without"] == without


async def test_durations_are_those_of_points_that_are_restricted(told: tuple[Any, BySql]) -> None:
    figures, sql = told
    restricted = f"{POE} AND status_group IN ('partially_operational', 'fully_closed')"
    duration = "coalesce(expected_duration, 'not_stated')"
    for kind, column in {"types": "poe_type", "status_groups": "status_group"}.items():
        counts = await sql.counts(f"{column}, {duration}", restricted)
        told_of = figures["day"]["durations"][kind]
        for key, found in told_of.items():
            points = {code: one["points"] for code, one in found["each"].items()}
            assert points == {code: counts.get((key, code), 0) for code in points}
        assert sum(found["restricted"] for found in told_of.values()) == await sql.count(restricted)


async def test_freshness_is_that_of_the_tables(told: tuple[Any, BySql]) -> None:
    figures, sql = told
    fresh, assessed = figures["day"]["freshness"], f"{POE} AND status_group IS NOT NULL"
    months = await sql.counts("coalesce(to_char(last, 'YYYY-MM'), 'undated')", assessed)
    assert {month: one["points"] for month, one in fresh["months"].items() if one["points"]} == months
    assert fresh["points"] == await sql.count(POE)
    assert fresh["due"] == await sql.count(f"{POE} AND coalesce(last < '{figures['week_begins']}', true)")
    assert fresh["never_assessed"] == await sql.count(f"{POE} AND last IS NULL")
    assert sum(one["points"] for one in fresh["assessors"]) == await sql.count(f"{POE} AND last IS NOT NULL")


async def test_moves_and_changes_are_those_of_the_tables(told: tuple[Any, BySql]) -> None:
    figures, sql = told
    earlier = """
        point LEFT JOIN restriction b ON b.point_of_entry_id = point.point
        AND b.valid_during @> DATE '2020-04-09' AND b.recorded_during @> CAST(:known AS timestamptz)
    """
    groups = "coalesce(b.status_group, 'not_assessed'), coalesce(point.status_group, 'not_assessed')"
    counts = await sql.counts(groups, POE, earlier)
    assert {
        (one, other): points for one, ends in figures["moves"].items() for other, points in ends.items() if points
    } == counts
    differ = """
        b.operational_status IS DISTINCT FROM point.operational_status
        OR b.measures_digest IS DISTINCT FROM point.measures_digest
    """
    assert figures["changed"]["points"] == sum((await sql.counts("true", f"{POE} AND ({differ})", earlier)).values())


async def test_each_week_is_counted_as_its_day_would_be(told: tuple[Any, BySql]) -> None:
    figures, sql = told
    assert [week["day"] for week in figures["weeks"]] == [
        (ON - dt.timedelta(weeks=back)).isoformat() for back in reversed(range(26))
    ]
    for week in figures["weeks"]:
        day = BySql(sql.database, dt.date.fromisoformat(week["day"]), figures["known_at"], sql.area)
        counts = await day.counts("poe_type, status_group", f"{POE} AND status_group IS NOT NULL")
        for name in TYPES:
            points = {group: one["points"] for group, one in week["types"][name].items()}
            assert points == {group: counts.get((name, group), 0) for group in GROUPS}
        assert week["assessed"] == sum(counts.values())


async def test_countries_by_level_are_those_of_the_tables(told: tuple[Any, BySql]) -> None:
    figures, sql = told
    for indicator, found in figures["levels"].items():
        for day, name in ((ON, "now"), (COMPARE, "before")):
            rows = await sql.database.execute(
                text(f"""
                    SELECT coalesce(m.level, 'none_recorded'), count(*) FROM country
                    LEFT JOIN country_measure m ON m.imposing_iso3 = country.iso3 AND m.indicator = :indicator
                        AND m.origin_iso3 IS NULL AND m.valid_during @> CAST(:at AS date)
                        AND upper_inf(m.recorded_during)
                    WHERE {sql.area.replace("iso3", "country.iso3", 1)} GROUP BY 1
                """),
                {"indicator": indicator, "at": day} | ({"day": ON} if ":day" in sql.area else {}),
            )
            counts = dict(tuple(row) for row in rows)
            assert {level: one["points"] for level, one in found[name].items() if one["points"]} == counts


async def test_every_sum_holds(told: tuple[Any, BySql]) -> None:
    figures, _ = told
    assert figures["sums"]["made"] > 20
    assert figures["sums"]["failed"] == []
