"""What the answers about passing cost: records that lie before the day or were superseded are not read."""

from collections.abc import Callable
from typing import Any

import pytest
from helpers.factories import add_poe, day, record_status
from helpers.plans import count_rows_read, explain_plan
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from models.analysis.accessibility import select_passability_counts
from models.analysis.crossings import BORDER_TYPES, select_crossing_sides
from models.analysis.signals import count_country_changes
from models.analysis.traveller import Traveller
from models.queries.filters import FeatureFilter, build_cached_statement
from models.tables.bitemporal import Days

Asked = tuple[Executable, dict[str, Any]]
ON = day("04-15")
POINTS = 3
# A country of no other points: PostgreSQL tells the rows read for each point as a mean of all, and rounded.
HERE = "XAA"


def an_index(_: list[int]) -> Asked:
    statement, values = build_cached_statement(
        select_passability_counts, FeatureFilter(Days.on(ON), iso3s=[HERE], is_poe=True), "entry"
    )
    return statement, values | Traveller().values() | {"stale_until": day("03-18")}


def signals(_: list[int]) -> Asked:
    return build_cached_statement(
        count_country_changes, FeatureFilter(Days(day("04-01"), ON), iso3s=[HERE], is_poe=True)
    )


def sides(points: list[int]) -> Asked:
    statement, values = build_cached_statement(
        select_crossing_sides, FeatureFilter(Days.on(ON), iso3s=[HERE, "TON"], poe_types=BORDER_TYPES)
    )
    bound = {"from_iso3": HERE, "points": points, "stale_until": day("03-18")}
    return statement, values | bound | Traveller().values()


@pytest.mark.parametrize(("question", "days"), [(an_index, 1), (signals, 2), (sides, 1)])
async def test_one_record_is_read_for_a_point_and_day(
    counted: AsyncConnection, question: Callable[[list[int]], Asked], days: int
) -> None:
    columns = {"poe_type": "land_border_point", "iso3": HERE}
    points = [await add_poe(counted, f"XA-{number}", **columns) for number in range(POINTS)]
    for point in points:
        for number in range(8):
            status = ("closed", "open")[number % 2]
            await record_status(counted, point, status, f"{2000 + number}-01-01", f"{2000 + number}-02-01")
            await record_status(counted, point, status, f"{2021 + number}-01-01", f"{2021 + number}-02-01")
            await record_status(counted, point, status, "03-01", "04-20")
    # Of the 60 records and more, one for each point and day.
    assert POINTS <= count_rows_read(await explain_plan(counted, *question(points)), "restriction") <= days * POINTS
