"""What happens at borders that does not fit into open and closed, posted by an office and requested again.

Each is a case that IOM's assessments met. Changes of the register, corrections of the past, other languages and names
have tests of their own.
"""

import datetime as dt
import json
from typing import Any

import pytest
from helpers.factories import add_country, add_poe, day
from helpers.offices import create_key, create_office
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller, fetch_caller
from api.submissions.raw_row import RawRow
from api.submissions.rows import RawSubmission
from api.submissions.service import Json, submit
from api.submissions.submission import IncomingSubmission
from models.queries.filters import PointFilter
from models.queries.points import select_points
from models.tables.bitemporal import Days
from models.tables.restriction import Restriction, RestrictionMeasure
from models.tables.submission import SubmissionRow

NOW = dt.datetime(2020, 5, 3, 12, tzinfo=dt.UTC)
Row = dict[str, str]


@pytest.fixture
async def office(database: AsyncConnection) -> Caller:
    """Return an office of Libya with a land border point on the side of Egypt."""
    await add_country(database, "EGY")
    await add_poe(database, "LY-EMS", iso3="LBY", poe_type="land_border_point", other_iso3="EGY", opening_hours="Mo-Sa")
    return await an_office_of(database, "libya", "LBY")


async def an_office_of(database: AsyncConnection, code: str, iso3: str) -> Caller:
    await create_office(database, code, countries=[iso3])
    return await fetch_caller(database, (await create_key(database, code)).prefix, NOW.date())


async def post(database: AsyncConnection, caller: Caller, *rows: Row, measures: tuple[Row, ...] = ()) -> Json:
    numbered = enumerate(rows, start=2)
    raw = RawSubmission(tuple(RawRow(n, row, tuple(RawRow(n, each) for each in measures)) for n, row in numbered))
    return await submit(database, caller, IncomingSubmission(json.dumps(rows).encode(), "application/json"), raw, NOW)


def said(status: str, since: str, **columns: str) -> Row:
    row = {"point": "LY-EMS", "operational_status": status, "valid_from": since, "assessed_on": "2020-05-01"}
    return row | columns


async def state(database: AsyncConnection, on: str, code: str = "LY-EMS") -> Any:
    return (await database.execute(select_points(PointFilter(Days.on(day(on)), identity=code)))).one()


@pytest.mark.parametrize(
    ("status", "group"),
    [
        ("closed_for_entry", "partially_operational"),
        ("closed_for_exit", "partially_operational"),
        ("commercial_traffic_only", "partially_operational"),
        ("returning_nationals_and_residents_only", "partially_operational"),
        ("closed", "fully_closed"),
        ("unknown", "unknown"),
    ],
)
async def test_partly_closed_point_is_not_closed(
    database: AsyncConnection, office: Caller, status: str, group: str
) -> None:
    await post(database, office, said(status, "2020-04-01"))
    found = await state(database, "04-15")
    assert (found.operational_status, found.status_group, found.assessed) == (status, group, True)


async def test_open_to_one_nationality_inwards_and_to_another_outwards(
    database: AsyncConnection, office: Caller
) -> None:
    """Emsaed, May 2020: Libyans came in, Egyptians went out in groups."""
    ways = tuple(
        {
            "measure": "movement_restricted",
            "direction": direction,
            "nationality_rule": "only",
            "nationalities": iso3,
            "is_exception": "yes",
        }
        for direction, iso3 in (("entry", "LBY"), ("exit", "EGY"))
    )
    await post(database, office, said("partially_operational", "2020-05-01"), measures=ways)
    columns = (RestrictionMeasure.direction, RestrictionMeasure.nationalities, RestrictionMeasure.is_exception)
    assert sorted((await database.execute(select(*columns))).all()) == [
        ("entry", ["LBY"], True),
        ("exit", ["EGY"], True),
    ]


async def test_open_for_some_days_only_leaves_the_days_around_them_closed(
    database: AsyncConnection, office: Caller
) -> None:
    await post(database, office, said("closed", "2020-04-01"))
    await post(database, office, said("open", "2020-04-20", valid_until="2020-04-21"))
    days = ("04-19", "04-20", "04-21", "04-22")
    assert [(await state(database, on)).operational_status for on in days] == ["closed", "open", "open", "closed"]
    believed = select(func.count()).select_from(Restriction).where(func.upper_inf(Restriction.recorded_during))
    assert await database.scalar(believed) == 3


async def test_later_of_two_conflicting_offices_holds_and_both_are_stored(
    database: AsyncConnection, office: Caller
) -> None:
    other = await an_office_of(database, "tobruk", "LBY")
    await post(database, office, said("closed", "2020-04-01"))
    answer = await post(database, other, said("open", "2020-04-01"))
    assert answer["rows"][0]["outcome"] == "superseded"
    assert (await state(database, "04-15")).operational_status == "open"
    assert [row["operational_status"] for row in (await database.scalars(select(SubmissionRow.given))).all()] == [
        "closed",
        "open",
    ]


async def test_announced_end_that_passed_opens_nothing(database: AsyncConnection, office: Caller) -> None:
    await post(database, office, said("closed", "2020-04-01", announced_end="2020-04-21"))
    found = await state(database, "04-25")
    assert (found.operational_status, found.announced_end_passed, found.valid_to) == ("closed", True, None)


async def test_postponed_end_changes_only_the_announced_end(database: AsyncConnection, office: Caller) -> None:
    await post(database, office, said("closed", "2020-04-01", announced_end="2020-04-21"))
    await post(database, office, said("closed", "2020-04-20", announced_end="2020-05-31"))
    found = await state(database, "04-25")
    assert (found.operational_status, found.announced_end, found.announced_end_passed) == (
        "closed",
        day("05-31"),
        False,
    )


async def test_old_point_keeps_its_status_with_the_assessment_day(database: AsyncConnection, office: Caller) -> None:
    await post(database, office, said("closed", "2020-04-01"))
    found = await state(database, "12-24")
    assert (found.operational_status, found.last_assessed) == ("closed", day("05-01"))


async def test_unknown_differs_from_not_assessed(database: AsyncConnection, office: Caller) -> None:
    before = await state(database, "04-15")
    await post(database, office, said("unknown", "2020-04-01"))
    after = await state(database, "04-15")
    assert (before.operational_status, before.assessed) == ("unknown", False)
    assert (after.operational_status, after.assessed) == ("unknown", True)


async def test_two_sides_of_a_crossing_are_two_points_that_may_disagree(
    database: AsyncConnection, office: Caller
) -> None:
    await add_poe(database, "EG-SAL", iso3="EGY", poe_type="land_border_point", other_iso3="LBY")
    egypt = await an_office_of(database, "egypt", "EGY")
    await post(database, office, said("closed_for_exit", "2020-04-01"))
    await post(database, egypt, said("open", "2020-04-01", point="EG-SAL"))
    sides = [await state(database, "04-15", code) for code in ("LY-EMS", "EG-SAL")]
    assert [side.operational_status for side in sides] == ["closed_for_exit", "open"]
    assert [(side.country, side.other_country) for side in sides] == [("LBY", "EGY"), ("EGY", "LBY")]


async def test_post_on_the_ground_of_the_neighbour_is_its_own_countrys(
    database: AsyncConnection, office: Caller
) -> None:
    """An office may write for its country's points at any place; a wrong place is only a warning."""
    new = {"action": "new_point", "name": "Salloum", "poe_type": "land_border_point", "country": "LBY"}
    answer = await post(database, office, new | {"longitude": "25.15", "latitude": "31.55", "other_country": "EGY"})
    (row,) = answer["rows"]
    assert (row["outcome"], [problem["code"] for problem in row["problems"]]) == ("added", ["outside_its_country"])


async def test_opening_hours_stand_beside_the_status(database: AsyncConnection, office: Caller) -> None:
    await post(database, office, said("open", "2020-04-01", comment="until noon on Fridays"))
    found = await state(database, "04-15")
    assert (found.opening_hours, found.comment) == ("Mo-Sa", "until noon on Fridays")
