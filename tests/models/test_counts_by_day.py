"""Counts on each day of a series, made of spans, are those of a statement of its own for each of the days."""

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from helpers.factories import add_country, add_poe, day, fetch_source_id, record_status
from helpers.reports.random_points import add_points
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from models.analysis.accessibility import select_passability_counts, select_passability_steps
from models.analysis.counts import DailyCount, TooManyCounts, iterate_daily_counts
from models.analysis.staleness import compute_last_stale_day
from models.analysis.statistics import GROUPS, MAX_ROWS, MAX_STEPS, count_grouped_points, select_statistics_steps
from models.analysis.traveller import Traveller
from models.queries.filters import FeatureFilter, build_cached_statement
from models.recording.restrictions import MeasureRow
from models.tables.assessment import Assessment
from models.tables.bitemporal import Days
from models.tables.country import Region, RegionMember
from models.tables.revision import begin_revision

Told = tuple[str, int, dict[str, Any]]
CODES = ("FJ-A", "FJ-B", "TO-C")
COUNTRIES = ("FJI", "TON")
REGIONS = {"east": "iom", "west": "iom", "isles": "custom"}
STATUSES = ("open", "closed", "closed_for_exit", "unknown")
START = day("03-01")
SLOW_IS_FINE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
firsts, lengths = st.integers(0, 12), st.none() | st.integers(1, 6)
news = st.tuples(st.just("news"), firsts, st.fixed_dictionaries({
    "status": st.sampled_from(STATUSES),
    "length": lengths,
    "measures": st.lists(st.sampled_from(("movement_restricted", "medical_requirements")), max_size=2, unique=True),
    "populations": st.lists(st.sampled_from(("nationals", "tourists")), max_size=2, unique=True),
}))  # fmt: skip
entries = st.tuples(st.just("entry"), firsts, st.fixed_dictionaries({
    "poe_type": st.sampled_from(("airport", "land_border_point", "internal_transit_point")),
    "lifecycle": st.sampled_from(("active", "retired")), "iso3": st.sampled_from(COUNTRIES),
}))  # fmt: skip
looks = st.tuples(st.just("look"), firsts, st.just({}))
stories = st.lists(st.tuples(st.sampled_from(CODES), news | entries), min_size=1, max_size=8)
stories_with_looks = st.lists(st.tuples(st.sampled_from(CODES), news | looks | entries), min_size=1, max_size=10)
# One after the other without overlaps: from which day to which a country is in a region.
memberships = st.fixed_dictionaries({
    (region, iso3): st.lists(st.integers(-1, 14), min_size=2, max_size=4, unique=True).map(sorted)
    for region in REGIONS for iso3 in COUNTRIES
})  # fmt: skip
questions = st.fixed_dictionaries({}, optional={
    "iso3s": st.just(["FJI"]),
    "regions": st.sampled_from((["east"], ["west", "isles"], ["east", "isles"])),
    "poe_types": st.sampled_from((["airport"], ["airport", "internal_transit_point"])),
    "is_poe": st.booleans(),
    "status_groups": st.sampled_from((["unknown"], ["fully_closed"], ["fully_closed", "unknown"])),
    "operational_statuses": st.sampled_from((["open"], ["unknown", "closed"])),
})  # fmt: skip
series = st.lists(st.integers(-2, 16), min_size=2, max_size=9, unique=True).map(
    lambda numbers: [START + dt.timedelta(number) for number in sorted(numbers)]
)
groupings = st.lists(st.sampled_from(GROUPS), max_size=3, unique=True).map(tuple)


@pytest.fixture(scope="module")
async def engine(bare_engine: AsyncEngine) -> AsyncEngine:
    return bare_engine


@pytest.fixture(scope="module")
async def filled(copied: str) -> AsyncIterator[AsyncEngine]:
    """The shipped register and 120 points that open and close for 7 months, made once: the tests only read it."""
    engine = build_engine(copied)
    async with engine.begin() as connection:
        await add_points(connection)
    yield engine
    await engine.dispose()


async def put_regions(database: AsyncConnection, members: dict[tuple[str, str], list[int]]) -> None:
    for iso3 in COUNTRIES:
        await add_country(database, iso3)
    for code, kind in REGIONS.items():
        await database.execute(insert(Region).values(code=code, kind=kind, label=code))
    for (code, iso3), numbers in members.items():
        days: list[dt.date | None] = [START + dt.timedelta(number) for number in numbers]
        for first, end in zip(days[::2], [*days[1::2], None][: len(days[::2])], strict=True):
            await database.execute(
                insert(RegionMember).values(region_code=code, iso3=iso3, valid_during=Range(first, end))
            )


async def tell(database: AsyncConnection, code: str, told: Told, known: dict[str, int]) -> None:
    kind, number, said = told
    first = START + dt.timedelta(days=number)
    if code not in known:
        known[code] = await add_poe(database, code, iso3=COUNTRIES[code == "TO-C"])
    if kind == "entry":
        await add_poe(database, code, changes_from=first, **said)
        return
    if kind == "look":
        about = {"source_id": await fetch_source_id(database), "recorded_at": await begin_revision(database, "test")}
        await database.execute(insert(Assessment).values(point_of_entry_id=known[code], assessed_on=first, **about))
        return
    end = first + dt.timedelta(days=said["length"]) if said["length"] else None
    rows = [MeasureRow(measure, affected_populations=tuple(said["populations"])) for measure in said["measures"]]
    await record_status(
        database, known[code], said["status"], first.isoformat(), end and end.isoformat(), measures=rows
    )


async def moments(database: AsyncConnection) -> Sequence[dt.datetime]:
    return (await database.scalars(text("SELECT recorded_at FROM revision ORDER BY 1"))).all()


async def day_by_day(
    database: AsyncConnection, build: Any, question: FeatureFilter, days: Iterable[dt.date], *more: Any, **bound: Any
) -> list[tuple[Any, ...]]:
    """What the statement for a single day counts, for each of the days in turn."""
    found = []
    for place, each in enumerate(days):
        statement, values = build_cached_statement(build, replace(question, days=Days.on(each)), *more)
        rows = (await database.execute(statement, values | bound)).all()
        found += [(place, tuple(key), points) for *key, points in rows]
    return found


async def by_spans(
    database: AsyncConnection, build: Any, question: FeatureFilter, days: list[dt.date], *more: Any, **bound: Any
) -> list[DailyCount]:
    statement, values = build_cached_statement(build, replace(question, days=Days(days[0], days[-1])), *more)
    steps = (await database.execute(statement, values | {"days": days} | bound)).all()
    return list(iterate_daily_counts(steps, len(days), MAX_ROWS))


@SLOW_IS_FINE
@given(
    story=stories,
    members=memberships,
    asked_for=questions,
    days=series,
    groups=groupings,
    assessed=st.booleans(),
    known_at=st.none() | st.integers(0, 8),
)
async def test_statistics_by_spans_are_those_of_each_day(
    engine: AsyncEngine,
    story: Sequence[tuple[str, Told]],
    members: dict[tuple[str, str], list[int]],
    asked_for: dict[str, Any],
    days: list[dt.date],
    groups: tuple[str, ...],
    assessed: bool,  # noqa: FBT001 - hypothesis passes it by name
    known_at: int | None,
) -> None:
    async with engine.connect() as database:
        await put_regions(database, members)
        known: dict[str, int] = {}
        for code, told in story:
            await tell(database, code, told, known)
        passed = await moments(database)
        moment = None if known_at is None else passed[min(known_at, len(passed) - 1)]
        question = FeatureFilter(Days.on(START), moment, **asked_for)
        wanted = await day_by_day(database, count_grouped_points, question, days, groups, assessed)
        assert await by_spans(database, select_statistics_steps, question, days, groups, assessed) == wanted
        await database.rollback()


@SLOW_IS_FINE
@given(
    story=stories_with_looks,
    members=memberships,
    asked_for=st.fixed_dictionaries({}, optional={"regions": st.just(["west", "isles"]), "is_poe": st.just(True)}),  # noqa: FBT003
    days=series,
    direction=st.sampled_from(("entry", "exit")),
    traveller=st.sampled_from((Traveller(), Traveller("nationals"), Traveller("tourists", "FJI"))),
    max_age_d=st.none() | st.integers(0, 5),
    known_at=st.none() | st.integers(0, 10),
)
async def test_accessibility_by_spans_is_that_of_each_day(
    engine: AsyncEngine,
    story: Sequence[tuple[str, Told]],
    members: dict[tuple[str, str], list[int]],
    asked_for: dict[str, Any],
    days: list[dt.date],
    direction: str,
    traveller: Traveller,
    max_age_d: int | None,
    known_at: int | None,
) -> None:
    async with engine.connect() as database:
        await put_regions(database, members)
        known: dict[str, int] = {}
        for code, told in story:
            await tell(database, code, told, known)
        passed = await moments(database)
        moment = None if known_at is None else passed[min(known_at, len(passed) - 1)]
        question = FeatureFilter(Days.on(START), moment, **asked_for)
        person: Any = traveller.values()
        wanted = []
        for place, each in enumerate(days):
            stale: Any = {"stale_until": compute_last_stale_day(each, max_age_d)}
            of_day = await day_by_day(
                database, select_passability_counts, question, [each], direction, **person, **stale
            )
            wanted += [(place, key, points) for _, key, points in of_day]
        found = await by_spans(
            database, select_passability_steps, question, days, direction, **person, max_age_d=max_age_d
        )
        assert [tuple(count) for count in found] == sorted(wanted)
        await database.rollback()


@pytest.mark.parametrize("assessed", [False, True])
@pytest.mark.parametrize(
    "groups",
    [
        (),
        *((group,) for group in GROUPS),
        ("country", "status_group"),
        ("region", "country", "poe_type", "status_group"),
        ("country", "measure", "affected_population"),
    ],
    ids=",".join,
)
async def test_statistics_of_the_register_by_weeks_are_those_of_each_week(
    filled: AsyncEngine,
    groups: tuple[str, ...],
    assessed: bool,  # noqa: FBT001 - parametrized
) -> None:
    days = [dt.date(2019, 9, 20) + dt.timedelta(20 * number) for number in range(12)]
    question = FeatureFilter(Days.on(days[0]), is_poe=True)
    async with filled.connect() as database:
        wanted = await day_by_day(database, count_grouped_points, question, days, groups, assessed)
        assert await by_spans(database, select_statistics_steps, question, days, groups, assessed) == wanted


def test_counts_begin_and_end_with_their_steps() -> None:
    steps = [("a", 0, 2), ("a", 2, -2), ("b", 1, 1), ("b", 2, 3), (None, 3, 1)]
    assert list(iterate_daily_counts(steps, 4, most=10)) == [
        (0, ("a",), 2),
        (1, ("a",), 2),
        (1, ("b",), 1),
        (2, ("b",), 4),
        (3, ("b",), 4),
        (3, (None,), 1),
    ]


def test_too_many_counts_are_refused_before_they_are_made() -> None:
    with pytest.raises(TooManyCounts, match="1,000,000 counts"):
        iterate_daily_counts([("a", 0, 1)], 1_000_000, most=999_999)


@pytest.mark.slow
def test_more_steps_than_are_read_make_too_many_counts() -> None:
    """A key whose points come and go every other day has the fewest counts for its steps."""
    steps = [("a", place, 1 - 2 * (place % 2)) for place in range(MAX_STEPS + 1)]
    with pytest.raises(TooManyCounts):
        iterate_daily_counts(steps, MAX_STEPS + 1, MAX_ROWS)
