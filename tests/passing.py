"""Asking the rule, in tests: cases are records of one point, one on each day, so that many are asked about at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from a_point import add_poe, day, source_id
from sqlalchemy import Date, Text, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from models.passable import DIRECTIONS, passage
from models.record_restrictions import MeasureRow, RestrictionNews, record_restrictions
from models.restriction import Restriction
from models.revision import begin_revision
from models.time_axes import believed
from models.traveller import Traveller

HERE = "FJI"
START = day("03-01")


@dataclass(frozen=True)
class Case:
    """A status with its measures."""

    status: str
    measures: tuple[MeasureRow, ...] = ()


def row(measure: str = "movement_restricted", *populations: str, **columns: Any) -> MeasureRow:
    """A measure about everybody, in both directions and for all traffic, unless told otherwise."""
    return MeasureRow(measure=measure, affected_populations=populations, **columns)


def only(*nationalities: str) -> dict[str, Any]:
    return {"nationality_rule": "only", "nationalities": nationalities}


def all_but(*nationalities: str) -> dict[str, Any]:
    return {"nationality_rule": "except", "nationalities": nationalities}


def let_in(*populations: str, **columns: Any) -> MeasureRow:
    return row("movement_restricted", *populations, is_exception=True, **columns)


async def tell(database: AsyncConnection, cases: Sequence[Case]) -> int:
    """Record the cases of a point in Fiji, each on a day of its own; give the point."""
    point, source = await add_poe(database), await source_id(database)
    # A day without news lies between two: like news of days that touch becomes one record.
    days = [START + dt.timedelta(days=2 * number) for number in range(len(cases))]
    news = [
        RestrictionNews(point, first, first + dt.timedelta(days=1), case.status, source, case.measures)
        for first, case in zip(days, cases, strict=True)
    ]
    await record_restrictions(database, news, await begin_revision(database, "test"))
    return point


async def asked(
    database: AsyncConnection, point: int, direction: str, traveller: Traveller
) -> list[tuple[str, list[str] | None]]:
    """The answer and its conditions for each case, in their order."""
    current = believed(Restriction.recorded_during, None)
    state = select(Restriction).where(Restriction.point_of_entry_id == point, current).subquery("state")
    passing = passage(state, literal(HERE, Text), DIRECTIONS[direction])
    statement = select(passing.c.passable, passing.c.conditions).select_from(state).join(passing, true())
    first = func.lower(state.c.valid_during, type_=Date)
    found = await database.execute(statement.order_by(first), traveller.values())
    return [(passable, conditions) for passable, conditions in found]


async def answer(database: AsyncConnection, case: Case, direction: str, **who: str) -> str:
    """The answer for one case."""
    point = await tell(database, [case])
    return (await asked(database, point, direction, Traveller(**who)))[0][0]
