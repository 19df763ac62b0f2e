"""Points of a day counted once, by all that a report tells of them: a few statements, and not one for each cell."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    func,
    lateral,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from models.assessment import Assessment
from models.point_answers import answers, state_of_the_day
from models.point_of_entry import PointOfEntryVersion
from models.question import Question, in_register
from models.restriction import Restriction
from models.time_axes import Days, believed, overlaps, reaches

Statement = Select[*tuple[Any, ...]]
version = PointOfEntryVersion
A_WEEK = 7
# What is counted together; a row belongs to one of these parts, and says null for the columns of the others.
PARTS = {
    "statuses": ("iso3", "poe_type", "operational_status", "expected_duration"),
    "measures": ("iso3", "poe_type", "operational_status", "measures"),
    "populations": ("iso3", "poe_type", "operational_status", "affected_populations"),
    "freshness": ("iso3", "poe_type", "assessed_month", "is_due", "assessor"),
    "sources": ("poe_type", "source"),
    "moves": ("iso3", "poe_type", "status_before", "operational_status"),
}


def points_grouped(question: Question, with_before: bool) -> Statement:  # noqa: FBT001 - a part of the shape
    """Statement giving `part`, the columns of PARTS and `points`, for the active points of the last day asked about.

    `operational_status` is null where nobody assessed the point for that day, and then so is all that a restriction
    says. `assessor` and `source` are numbers of sources: of the last assessment, and of the restriction.
    `is_due`: nobody assessed the point since the day `week_begins`, a parameter to bind.
    With `with_before`, `status_before` is what held on the first of the days, and `moves` are counted too.
    """
    on = Days.on(question.days.last)
    state = state_of_the_day(replace(question, days=on))
    assessed = _last_looked_at(question)
    columns: dict[str, Any] = {
        "iso3": version.iso3,
        "poe_type": version.poe_type,
        "operational_status": state.c.operational_status,
        "expected_duration": state.c.expected_duration,
        "measures": state.c.measures,
        "affected_populations": state.c.affected_populations,
        "assessed_month": case((state.c.id.is_not(None), _month(assessed.c.assessed_on))),
        "is_due": func.coalesce(assessed.c.assessed_on < bindparam("week_begins", type_=Date), True),
        "assessor": assessed.c.source_id,
        "source": state.c.source_id,
    }
    points: Any = PointOfEntryVersion.__table__.outerjoin(state, reaches(state.c.valid_during, on.first))
    points = points.outerjoin(assessed, true())
    if with_before:
        before = state_of_the_day(replace(question, days=Days.on(question.days.first)), "before")
        points = points.outerjoin(before, reaches(before.c.valid_during, question.days.first))
        columns["status_before"] = before.c.operational_status
    told = select(*(column.label(name) for name, column in columns.items())).select_from(points)
    return _by_parts(told.where(answers(replace(question, days=on), state)), with_before=with_before)


def _by_parts(told: Statement, *, with_before: bool) -> Statement:
    point = told.subquery("point")
    parts = {name: keys for name, keys in PARTS.items() if with_before or name != "moves"}
    keys = list(dict.fromkeys(key for keys in parts.values() for key in keys))
    sets = func.grouping_sets(*(tuple_(*(point.c[key] for key in part)) for part in parts.values()))
    grouped = func.grouping(*(point.c[key] for key in keys))
    named = ((grouped == _mask(keys, part), literal(name)) for name, part in parts.items())
    columns = (case(*named).label("part"), *(point.c[key] for key in keys), func.count().label("points"))
    return select(*columns).group_by(sets)


def _mask(keys: Sequence[str], part: Sequence[str]) -> int:
    """PostgreSQL's GROUPING of a row: a bit for each of the keys, set where the row is not of one value of it."""
    return int("".join("0" if key in part else "1" for key in keys), 2)


def _last_looked_at(question: Question) -> Any:  # noqa: ANN401 - a lateral subquery
    """The last assessment by the end of the days, and whose it is; of several on its day, the one recorded first.

    That is the order of the index. What is recorded at one moment comes from one source.
    """
    statement = select(Assessment.assessed_on, Assessment.source_id).where(
        Assessment.point_of_entry_id == version.point_of_entry_id, Assessment.assessed_on <= question.days.last
    )
    if question.as_known_at is not None:
        statement = statement.where(Assessment.recorded_at <= question.as_known_at)
    last = statement.order_by(Assessment.assessed_on.desc(), Assessment.recorded_at).limit(1)
    return lateral(last).alias("assessed")


def _month(day: Any) -> ColumnElement[dt.date]:  # noqa: ANN401 - a column
    return cast(func.date_trunc("month", day), Date)


def weeks_counted(question: Question) -> Statement:
    """Statement giving `poe_type`, `status_group`, `first_week`, `last_week`, `points`: what held from which to which.

    Weeks are counted from 0, the one of the first day asked about, to that of the last; each is told by its day, seven
    days from the next. A point is of the type, and in the area, that it was on that day.

    The records that began within the weeks are read once. Looking up the state of each point for each week took ten
    seconds for 100,000 points and 26 weeks.
    """
    held = _held(question).subquery("held")
    first: Any = question.days.first
    last: Any = question.days.last
    begins = func.greatest(func.lower(held.c.days), first)
    ends = func.least(func.coalesce(func.upper(held.c.days), last + 1), last + 1) - 1
    first_week = cast(begins - first + A_WEEK - 1, Integer) // A_WEEK
    last_week = cast(ends - first, Integer) // A_WEEK
    weeks = (first_week.label("first_week"), last_week.label("last_week"))
    kept = select(held.c.poe_type, held.c.status_group, *weeks).subquery("kept")
    return select(*kept.c, func.count().label("points")).where(kept.c.first_week <= kept.c.last_week).group_by(*kept.c)


def _held(question: Question) -> Any:  # noqa: ANN401 - SQLAlchemy's compound select
    """Type and status group of each record, with the days on which both its status and the register's entry held."""
    r, first = Restriction, question.days.first
    state = state_of_the_day(replace(question, days=Days.on(first)))
    days = (version.valid_during * state.c.valid_during).label("days")
    held_before = (
        select(version.poe_type, state.c.status_group, days)
        .select_from(PointOfEntryVersion.__table__.join(state, reaches(state.c.valid_during, first)))
        .where(_in_use(question))
    )
    begun = (
        select(version.poe_type, r.status_group, (version.valid_during * r.valid_during).label("days"))
        .select_from(PointOfEntryVersion.__table__)
        .join(Restriction.__table__, r.point_of_entry_id == version.point_of_entry_id)
        .where(
            believed(r.recorded_during, question.as_known_at),
            func.lower(r.valid_during) > first,
            func.lower(r.valid_during) <= question.days.last,
            r.valid_during.op("&&")(version.valid_during),
            _in_use(question),
        )
    )
    return union_all(held_before.where(state.c.valid_during.op("&&")(version.valid_during)), begun)


def _in_use(question: Question) -> ColumnElement[bool]:
    condition = in_register(question) & (version.lifecycle == "active") & overlaps(version.valid_during, question.days)
    return condition & or_(func.upper_inf(version.valid_during), func.upper(version.valid_during) > question.days.first)
