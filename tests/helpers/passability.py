"""Asking the rule, in tests, of many cases at once: records of one point, one on each day, or of a point for each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.factories import add_poe, day, fetch_source_id
from sqlalchemy import Date, Select, Text, func, insert, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from models.analysis.passability import DIRECTIONS, select_passability
from models.analysis.passability_query import PassabilityQuery, version
from models.analysis.staleness import compute_last_stale_day
from models.analysis.traveller import Traveller
from models.queries.filters import FeatureFilter
from models.queries.filters import build_cached_statement as asked_of_points
from models.recording.restrictions import MeasureRow, RestrictionUpdate, record_restrictions
from models.tables.assessment import Assessment
from models.tables.bitemporal import Days, is_current
from models.tables.restriction import Restriction
from models.tables.revision import begin_revision

HERE = "FJI"
START = day("03-01")


@dataclass(frozen=True)
class Case:
    """A status with its measures, and the ages in days of the assessments of its point on the day asked about.

    An assessment of a later day has an age below 0.
    """

    status: str
    measures: tuple[MeasureRow, ...] = ()
    ages_d: tuple[int, ...] = ()


def build_measure(measure: str = "movement_restricted", *populations: str, **columns: Any) -> MeasureRow:
    """A measure about everybody, in both directions and for all traffic, unless told otherwise."""
    return MeasureRow(measure=measure, affected_populations=populations, **columns)


def restrict_to(*nationalities: str) -> dict[str, Any]:
    return {"nationality_rule": "only", "nationalities": nationalities}


def exempt(*nationalities: str) -> dict[str, Any]:
    return {"nationality_rule": "except", "nationalities": nationalities}


def build_exception(*populations: str, **columns: Any) -> MeasureRow:
    return build_measure("movement_restricted", *populations, is_exception=True, **columns)


async def record_cases(database: AsyncConnection, cases: Sequence[Case]) -> int:
    """Record the cases of a point in Fiji, each on a day of its own; give the point."""
    point, source = await add_poe(database), await fetch_source_id(database)
    # A day without news lies between two: like news of days that touch becomes one record.
    days = [START + dt.timedelta(days=2 * number) for number in range(len(cases))]
    news = [
        RestrictionUpdate(point, first, first + dt.timedelta(days=1), case.status, source, case.measures)
        for first, case in zip(days, cases, strict=True)
    ]
    await record_restrictions(database, news, await begin_revision(database, "test"))
    return point


async def fetch_answers(
    database: AsyncConnection, point: int, direction: str, traveller: Traveller
) -> list[tuple[str, list[str] | None]]:
    """The answer and its conditions for each case, in their order."""
    current = is_current(Restriction.recorded_during, None)
    state = select(Restriction).where(Restriction.point_of_entry_id == point, current).subquery("state")
    passing = select_passability(state, literal(HERE, Text), DIRECTIONS[direction])
    statement = select(passing.c.passable, passing.c.conditions).select_from(state).join(passing, true())
    first = func.lower(state.c.valid_during, type_=Date)
    found = await database.execute(statement.order_by(first), traveller.values())
    return [(passable, conditions) for passable, conditions in found]


async def record_points(database: AsyncConnection, cases: Sequence[Case]) -> None:
    """Record each case at a point of its own, from a day on, with its assessments."""
    points = [await add_poe(database, f"FJ-{number:03}") for number in range(len(cases))]
    source, recorded_at = await fetch_source_id(database), await begin_revision(database, "test")
    both = list(zip(points, cases, strict=True))
    news = [RestrictionUpdate(point, START, None, case.status, source, case.measures) for point, case in both]
    await record_restrictions(database, news, recorded_at)
    about = {"source_id": source, "recorded_at": recorded_at}
    looks = [
        about | {"point_of_entry_id": point, "assessed_on": START - dt.timedelta(days=age_d)}
        for point, case in both
        for age_d in case.ages_d
    ]
    if looks:
        await database.execute(insert(Assessment), looks)


async def fetch_recent_answers(
    database: AsyncConnection, direction: str, traveller: Traveller, max_age_d: int | None
) -> list[tuple[str, str | None, list[str] | None]]:
    """The answer, what was last known if that is too old, and the conditions, for each point in their order."""
    statement, values = asked_of_points(_select_answers, FeatureFilter(Days.on(START)), direction)
    stale = {"stale_until": compute_last_stale_day(START, max_age_d)}
    found = await database.execute(statement, values | stale | traveller.values())
    return [(row.passable, row.last_known, row.conditions) for row in found]


def _select_answers(question: FeatureFilter, direction: str) -> Select[*tuple[Any, ...]]:
    return PassabilityQuery(question, DIRECTIONS[direction]).select_described().order_by(version.point_of_entry_id)


async def fetch_answer(database: AsyncConnection, case: Case, direction: str, **who: str) -> str:
    """The answer for one case."""
    point = await record_cases(database, [case])
    return (await fetch_answers(database, point, direction, Traveller(**who)))[0][0]
