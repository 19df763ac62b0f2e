"""What the last week brought is read for all points at once: the same answers as point by point, in fewer steps."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from helpers.factories import add_poe, day, record_status
from helpers.plans import Node, explain_plan
from helpers.reports.random_points import record_empty_assessment
from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.queries.filters import FeatureFilter, build_cached_statement
from models.queries.points import select_points
from models.tables.bitemporal import Days

ON = Days.on(day("06-10"))
BY_POINT = re.compile(r"\bpoint_of_entry_id = ")
both_ways = pytest.mark.parametrize("one_by_one", [True, False])


async def statuses(database: AsyncConnection, *, one_by_one: bool, days: Days = ON) -> dict[str, str | None]:
    rows = await database.execute(select_points(FeatureFilter(days), one_by_one=one_by_one))
    return {row.code: row.operational_status if row.assessed else None for row in rows}


@both_ways
async def test_changes_of_this_week_and_before_are_included(database: AsyncConnection, one_by_one: bool) -> None:  # noqa: FBT001
    await record_status(database, await add_poe(database, "FJ-NEW"), "closed", "06-04")
    await record_status(database, await add_poe(database, "FJ-OLD"), "open", "06-03")
    await add_poe(database, "FJ-NONE")
    told = await statuses(database, one_by_one=one_by_one)
    assert told == {"FJ-NEW": "closed", "FJ-OLD": "open", "FJ-NONE": None}


@both_ways
async def test_last_of_several_changes_this_week_is_included(database: AsyncConnection, one_by_one: bool) -> None:  # noqa: FBT001
    point = await add_poe(database)
    for status, since in (("closed", "06-05"), ("open", "06-08"), ("partially_operational", "06-11")):
        await record_status(database, point, status, since)
    assert await statuses(database, one_by_one=one_by_one) == {"FJ-NAN": "open"}


@both_ways
async def test_record_ended_this_week_is_excluded(database: AsyncConnection, one_by_one: bool) -> None:  # noqa: FBT001
    point = await add_poe(database)
    await record_status(database, point, "open", "05-01", "06-05")
    await record_status(database, point, "closed", "06-05", "06-10")
    assert await statuses(database, one_by_one=one_by_one) == {"FJ-NAN": None}


@both_ways
async def test_record_corrected_this_week_is_included_as_corrected(database: AsyncConnection, one_by_one: bool) -> None:  # noqa: FBT001
    point = await add_poe(database)
    await record_status(database, point, "open", "06-05")
    await record_status(database, point, "closed", "06-05")
    assert await statuses(database, one_by_one=one_by_one) == {"FJ-NAN": "closed"}


@both_ways
async def test_interval_of_months_uses_its_last_state(database: AsyncConnection, one_by_one: bool) -> None:  # noqa: FBT001
    await record_status(database, await add_poe(database, "FJ-NEW"), "closed", "06-08", "06-09")
    await record_status(database, await add_poe(database, "FJ-OLD"), "open", "03-01", "03-20")
    told = await statuses(database, one_by_one=one_by_one, days=Days(day("03-15"), day("06-10")))
    assert told == {"FJ-NEW": "closed", "FJ-OLD": "open"}


@both_ways
async def test_last_assessment_is_of_this_week_or_before(
    database: AsyncConnection,
    one_by_one: bool,  # noqa: FBT001
) -> None:
    new, old = await add_poe(database, "FJ-NEW"), await add_poe(database, "FJ-OLD")
    for point, on in ((new, "02-01"), (new, "06-05"), (new, "06-08"), (new, "06-12"), (old, "02-01"), (old, "06-03")):
        await record_empty_assessment(database, point, day(on))
    await add_poe(database, "FJ-NONE")
    rows = await database.execute(select_points(FeatureFilter(ON), one_by_one=one_by_one))
    assert {row.code: row.last_assessed for row in rows} == {
        "FJ-NEW": day("06-08"),
        "FJ-OLD": day("06-03"),
        "FJ-NONE": None,
    }


async def test_all_properties_of_the_register_are_the_same_both_ways(shipped: AsyncConnection) -> None:
    await news_of_some(shipped)
    one_by_one = texts(await shipped.execute(select_points(FeatureFilter(ON), one_by_one=True)))
    for question in (FeatureFilter(ON), FeatureFilter(ON, most=1)):
        assert texts(await shipped.execute(*build_cached_statement(select_points, question))) == one_by_one


async def test_points_with_recent_changes_are_not_looked_up(counted: AsyncConnection) -> None:
    points = await news_of_some(counted)
    steps = await explain_plan(counted, *build_cached_statement(select_points, FeatureFilter(ON)))
    assert looked_up(steps) == await in_the_register(counted) - points


async def test_recent_changes_of_all_points_are_not_read_for_a_page(counted: AsyncConnection) -> None:
    await news_of_some(counted)
    steps = await explain_plan(counted, *build_cached_statement(select_points, FeatureFilter(ON, most=10)))
    assert looked_up(steps) == await in_the_register(counted)


async def news_of_some(database: AsyncConnection) -> int:
    """Say something of some points this week, and of as many others the week before; how many."""
    numbers = (await database.scalars(select(select_points(FeatureFilter(ON)).subquery().c.key).limit(40))).all()
    for number, point in enumerate(numbers):
        await record_status(database, point, "open", "04-01")
        await record_status(database, point, "closed", "06-02" if number % 2 else "06-09", comment='a "quoted" word')
        await record_empty_assessment(database, point, day("06-02" if number % 3 else "06-09"))
    # Tables of a hundred rows PostgreSQL would read whole.
    await database.execute(text("SET LOCAL enable_seqscan = off"))
    await database.execute(text("SET LOCAL enable_bitmapscan = off"))
    return len(numbers) // 2


async def in_the_register(database: AsyncConnection) -> int:
    return await database.scalar(select(func.count()).select_from(select_points(FeatureFilter(ON)).subquery())) or 0


def looked_up(steps: list[Node]) -> int:
    """Of how many points what held there was looked up, by whichever index PostgreSQL took of so few records."""
    of_restrictions = [step for step in steps if step.get("Relation Name") == "restriction"]
    return sum(step["Actual Loops"] for step in of_restrictions if BY_POINT.search(conditions(step)))


def conditions(step: Node) -> str:
    return f"{step.get('Index Cond', '')} {step.get('Filter', '')}"


def texts(rows: Iterable[Row[Any]]) -> list[list[str]]:
    return sorted([str(value) for value in row] for row in rows)
