"""Every number of a report, compared with the same number from plain SQL over the tables."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import httpx
import pytest
from helpers.http import Document
from helpers.reports.random_points import COMPARE, ON, add_points, get_report
from helpers.reports.report_by_sql import POE, BySql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from api.main import create_app
from models.codes import list_codes

MEMBERS = "SELECT m.iso3 FROM region_member m WHERE m.region_code = 'SEEECA' AND m.valid_during @> CAST(:day AS date)"
AREAS = {
    "global": ({"level": "global"}, "iso3 IS NOT NULL"),
    "region": ({"level": "region", "area": "SEEECA"}, f"iso3 IN ({MEMBERS})"),
    "country": ({"level": "country", "area": "SRB"}, "iso3 = 'SRB'"),
}
# Of these a point can have several: their shares need not add up.
OVERLAPPING = ("measures", "populations")


class Told(NamedTuple):
    """The figures of a report, those of the report of the compared day, and plain SQL over the same area and day."""

    figures: Document
    before: Document
    sql: BySql

    def on(self, day: dt.date) -> BySql:
        return BySql(self.sql.database, day, self.figures["known_at"], self.sql.area, self.sql.regions)


@pytest.fixture(scope="module")
async def engine(copied: str) -> AsyncIterator[AsyncEngine]:
    """A database with points that open and close, made once: the tests only read it."""
    engine = build_engine(copied)
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
async def told(request: pytest.FixtureRequest, client: httpx.AsyncClient, database: AsyncConnection) -> Told:
    query, area = AREAS[request.param]
    figures = (await get_report(client, **query))["figures"]
    earlier = {"on": COMPARE, "compare": "2020-01-01", "as_known_at": figures["known_at"]}
    before = (await get_report(client, **query, **earlier))["figures"]
    return Told(figures, before, BySql(database, ON, figures["known_at"], area, list(figures["day"]["regions"])))


def counted(figures: Any) -> Any:
    """The figures without shares: how many points, where there is a share of them."""
    if isinstance(figures, dict):
        return figures["points"] if "share" in figures else {name: counted(one) for name, one in figures.items()}
    return [counted(one) for one in figures] if isinstance(figures, list) else figures


def shared(figures: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Document]]:
    """Every share with its path."""
    if isinstance(figures, dict) and "share" in figures:
        yield path, figures
    elif isinstance(figures, dict | list):
        named = figures.items() if isinstance(figures, dict) else enumerate(figures)
        for name, one in named:
            yield from shared(one, (*path, str(name)))


async def test_counts_of_the_day_equal_the_tables(told: Told) -> None:
    assert counted(told.figures["day"]) == await told.sql.day(told.figures["week_begins"])


async def test_counts_of_the_compared_day_equal_the_tables(told: Told) -> None:
    day = await told.on(COMPARE).day(told.before["week_begins"])
    assert counted(told.figures["before"]) == {name: day[name] for name in ("total", "types", "countries_covered")}


async def test_every_share_is_that_of_its_points(told: Told) -> None:
    wholes: dict[tuple[str, ...], list[Document]] = {}
    for path, each in shared(told.figures):
        wholes.setdefault(path[:-1], []).append(each)
    assert len(wholes) > 50
    for path, parts in wholes.items():
        inside: Any = told.figures
        for name in path[:-1]:
            inside = inside[int(name)] if isinstance(inside, list) else inside[name]
        overlap = path[-1] == "each" and path[1] in OVERLAPPING
        whole = inside["assessed"] if overlap else sum(part["points"] for part in parts)
        shares = [part["share"] for part in parts]
        assert shares == [None] * len(parts) if not whole else overlap or sum(shares) == 100, path
        for part in parts if whole else ():
            exact = Fraction(100 * part["points"], whole)
            # Parts of a part may be rounded twice: within their group, and the group within the whole.
            assert abs(part["share"] - exact) <= (Fraction(1, 2) if overlap else 2 if path[-1] == "statuses" else 1)
            assert part["exact"] == pytest.approx(float(exact) / 100, abs=0.00006)


async def test_every_change_is_the_difference_of_the_shares_printed_on_the_two_days(told: Told) -> None:
    then = {path: one["share"] for path, one in shared({"day": told.before["day"], "levels": told.before["levels"]})}
    told_of = [one for one in shared(told.figures) if "change" in one[1]]
    assert len(told_of) > 100
    for path, now in told_of:
        earlier = then.get(path)
        assert now["change"] == (None if None in (now["share"], earlier) else now["share"] - earlier), path


async def test_shares_of_statuses_add_up_to_the_share_of_their_group(told: Told) -> None:
    groups = told.figures["day"]["total"]["groups"]
    statuses = told.figures["day"]["total"]["statuses"]
    partial = set(statuses) - {"open", "closed", "unknown"}
    assert sum(statuses[name]["share"] for name in partial) == groups["partially_operational"]["share"]
    assert statuses["closed"]["share"] == groups["fully_closed"]["share"]


async def test_each_week_is_counted_as_its_day_would_be(told: Told) -> None:
    days = [ON - dt.timedelta(weeks=back) for back in reversed(range(26))]
    assert counted(told.figures["weeks"]) == [await told.on(day).week() for day in days]


async def test_moves_and_changes_are_those_of_the_tables(told: Told) -> None:
    earlier = """
        point LEFT JOIN restriction b ON b.point_of_entry_id = point.point
        AND b.valid_during @> DATE '2020-04-09' AND b.recorded_during @> CAST(:known AS timestamptz)
    """
    rows = await told.sql.rows(f"""
        SELECT coalesce(b.status_group, 'not_assessed'), coalesce(point.status_group, 'not_assessed'), count(*)
        FROM {earlier} WHERE {POE} GROUP BY 1, 2
    """)
    moves = {(one, to): n for one, ends in told.figures["moves"].items() for to, n in ends.items() if n}
    assert moves == {(one, to): n for one, to, n in rows}
    names = ("code", "name", "poe_type", "country", "status_before", "operational_status", "since")
    changed = await told.sql.rows(f"""
        SELECT point_code, name, poe_type, iso3, b.operational_status, point.operational_status,
               to_char(since, 'YYYY-MM-DD')
        FROM {earlier} WHERE {POE} AND (b.operational_status IS DISTINCT FROM point.operational_status
            OR b.measures_digest IS DISTINCT FROM point.measures_digest)
        ORDER BY iso3, point_code
    """)
    assert told.figures["changed"]["points"] == len(changed)
    assert told.figures["changed"]["listed"] == [dict(zip(names, row, strict=True)) for row in changed[:150]]


async def test_countries_by_level_are_those_of_the_tables(told: Told) -> None:
    for indicator, found in told.figures["levels"].items():
        now, before = [await told.on(day).levels(indicator) for day in (ON, COMPARE)]
        levels = {"none_recorded": None} | {level: int(level) for level in list_codes(indicator)}
        for name, of in (("now", now), ("before", before)):
            each = counted(found[name])
            assert each == {level: list(of.values()).count(number) for level, number in levels.items()}
        assert {iso3: one[indicator] for iso3, one in told.figures["names"].items()} == now
        differ = [{"country": iso3, "from": before[iso3], "to": now[iso3]} for iso3 in now if now[iso3] != before[iso3]]
        assert found["changed"] == differ


async def test_sources_have_their_counts(told: Told) -> None:
    rows = await told.sql.rows(f"""
        SELECT s.code, (SELECT count(*) FROM point WHERE {POE} AND source_id = s.id),
               (SELECT count(*) FROM point WHERE {POE} AND register_source = s.id)
        FROM source s
    """)
    expected = {code: (points, register) for code, points, register in rows}
    found = {one["code"]: (one["points"], one["register"]) for one in told.figures["sources"]}
    assert found == {code: expected[code] for code in found}
    assert {code for code, counts in expected.items() if any(counts)} <= set(found)
    levels = [level for name in told.figures["levels"] for level in (await told.sql.levels(name)).values()]
    assert sum(one["levels"] for one in told.figures["sources"]) == sum(level is not None for level in levels)
    assert told.figures["example_points"] == 0


async def test_points_of_a_country_are_listed_with_what_holds(told: Told) -> None:
    if told.figures["level"] != "country":
        assert told.figures["points"] is None
        return
    rows = await told.sql.rows(
        "SELECT point_code, name, poe_type, operational_status, to_char(last, 'YYYY-MM-DD') FROM point"
    )
    listed = told.figures["points"]["listed"]
    names = ("code", "name", "poe_type", "operational_status", "last_assessed")
    found = [
        tuple(one[name] if name != "operational_status" or one["assessed"] else None for name in names)
        for one in listed
    ]
    assert sorted(found, key=str) == sorted(rows, key=str)
    assert told.figures["points"]["points"] == len(rows)


async def test_every_sum_holds(told: Told) -> None:
    assert told.figures["sums"]["made"] > 20
    assert told.figures["sums"]["failed"] == []
