"""How accessible countries are on a day: their points counted by whether people get in, and the index made of these."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import eq, itemgetter
from typing import Any

from sqlalchemy import Integer, Select, Text, and_, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accessibility_index import Counts, Figures, Weights, figures_of
from models.passable import DIRECTIONS, passage
from models.point_answers import answers, state_of_the_day
from models.point_of_entry import PointOfEntryVersion
from models.question import Question, asked
from models.statistics import Period, listed_periods
from models.time_axes import Days, reaches
from models.traveller import Traveller

version = PointOfEntryVersion


@dataclass(frozen=True, slots=True)
class Access:
    """What of accessibility is asked: for whom, in which direction (`entry` or `exit`), with which weights."""

    traveller: Traveller = field(default_factory=Traveller)
    direction: str = "entry"
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True)
class CountryAccess:
    """A country's figures in a period, named by `label`; they are those of the day `as_on`."""

    label: Any
    as_on: Any
    country: str
    figures: Figures


async def accessibility(
    connection: AsyncConnection, question: Question, periods: Sequence[Period], access: Access
) -> list[CountryAccess]:
    """The figures of each country that has points, by period and country; the days of `question` do not count."""
    statement, values = asked(points_by_answer, question, access.direction)
    lists = {
        "labels": [period.label for period in periods],
        "firsts": [period.days.first for period in periods],
        "lasts": [period.days.last for period in periods],
    }
    counts: dict[tuple[Any, ...], Counts] = defaultdict(dict)
    for row in await connection.execute(statement, values | lists | access.traveller.values()):
        counts[row.label, row.as_on, row.country][row.poe_type, row.passable] = row.points
    return [
        CountryAccess(label, as_on, country, figures_of(of_country, access.weights))
        for (label, as_on, country), of_country in sorted(counts.items(), key=itemgetter(0))
    ]


def points_by_answer(question: Question, direction: str) -> Select[*tuple[Any, ...]]:
    """Statement giving `label`, `as_on`, `country`, `poe_type`, `passable` and `points`: how many there are.

    The periods are bound as in statistics; further parameters are those of a Traveller. Whether people pass is asked
    once for what is the same: for a status with its measures in a country, at whatever points, on whatever days.
    """
    alike = _alike(question).cte("alike")
    same = ("iso3", "operational_status", "measured")
    each = select(*(alike.c[name] for name in same), func.min(alike.c.id).label("id"))
    kind = each.group_by(*(alike.c[name] for name in same)).cte("kind")
    passing = passage(kind, kind.c.iso3, DIRECTIONS[direction])
    told = select(kind, passing.c.passable).join(passing, true()).cte("told").prefix_with("MATERIALIZED")
    statuses = (func.coalesce(table.c.operational_status, "") for table in (alike, told))
    is_same = and_(alike.c.iso3 == told.c.iso3, alike.c.measured == told.c.measured, eq(*statuses))
    keys = (alike.c.label, alike.c.as_on, alike.c.iso3.label("country"), alike.c.poe_type, told.c.passable)
    counted = select(*keys, cast(func.sum(alike.c.points), Integer).label("points")).select_from(
        alike.join(told, is_same)
    )
    return counted.group_by(*keys)


def _alike(question: Question) -> Select[*tuple[Any, ...]]:
    """The points of the periods counted by all that decides; `id` is the record of one of them, null of no record."""
    period = listed_periods()
    first: Any = period.c.first
    last: Any = period.c.last
    question = replace(question, days=Days(first, last))
    state = state_of_the_day(question)
    # A record whose measures nobody identified is like no other.
    measured = func.coalesce(cast(state.c.measures_digest, Text), cast(state.c.id, Text), "").label("measured")
    keys = (period.c.label, last.label("as_on"), version.iso3, version.poe_type, state.c.operational_status, measured)
    standing = period.join(version, true()).outerjoin(state, reaches(state.c.valid_during, first))
    counted = select(*keys, func.min(state.c.id).label("id"), func.count().label("points")).select_from(standing)
    return counted.where(answers(question, state)).group_by(*keys)
