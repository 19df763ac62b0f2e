"""Statements of the points collection: each point with its register entry and its state on the requested days."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, lateral, or_, select, true

from models.assessment import Assessment
from models.of_country import country_members, levels
from models.point_of_entry import TOLD, PointOfEntry, PointOfEntryVersion
from models.point_properties import (
    code,
    opening,
    register_entry,
    register_members,
    source_members,
    state_members,
    state_of,
)
from models.question import Question, in_register, one_of
from models.restriction import Restriction
from models.time_axes import days_before, latest, reaches
from models.weeks_news import assessed_lately, begun_lately, begun_lately_or_before

version = PointOfEntryVersion
# Register columns that the response needs. PostgreSQL copies every column of a CTE, so list no others.
OF_AN_ENTRY = ("point_of_entry_id", "code", "geometry", "source_id", "opening", "members", *TOLD.values())
# Offices that are not late report a point once a week, or once a month.
RECENT_DAYS = 31


def points_answering(question: Question, *, one_by_one: bool = False) -> Select[*tuple[Any, ...]]:
    """Select one row per point: `key` for paging, `id`, `geometry`, its properties, and most properties again in pieces
    of JSON.

    A point without an assessment on the days has `assessed` false, status `unknown` and null for all other columns of
    an assessment. An interval gives the last state within it, and the register entry of its last day. The state is
    looked up point by point, or, if most points may match and not `one_by_one`, mostly in one pass.
    """
    entry = _entries(question)
    by_point = one_by_one or question.is_narrow or question.as_known_at is not None
    from_clause, state, last_assessed = (_looked_up if by_point else _read_with_the_week)(question, entry)
    return (
        select(
            entry.point_of_entry_id.label("key"),
            code(entry.code).label("id"),
            entry.geometry.label("geometry"),
            *register_entry(question, entry),
            *state_of(state, question.days),
            last_assessed.label("last_assessed"),
            *levels(question, entry),
            opening(entry).label("opening"),
            register_members(entry).label("register_members"),
            source_members(entry).label("source_members"),
            state_members(state, question.days).label("state_members"),
            country_members(question, entry).label("country_members"),
        )
        .select_from(from_clause.outerjoin(state, reaches(state.c.valid_during, question.days.first)))
        .where(in_the_state_asked_for(question, state))
    )


def _looked_up(question: Question, entry: Any) -> tuple[Any, Any, ColumnElement[dt.date]]:  # noqa: ANN401 - a subquery's columns
    """Build the FROM clause, the state to join to it on `reaches`, and the day of the last assessment, point
    by point.
    """
    recent = _last_assessed(question, entry, days_before(question.days.last, RECENT_DAYS))
    last = func.coalesce(recent, _last_assessed(question, entry))
    return entry.code.table, state_of_the_day(question, point=entry), last


def _read_with_the_week(question: Question, entry: Any) -> tuple[Any, Any, ColumnElement[dt.date]]:  # noqa: ANN401
    """Build the parts of `_looked_up`, with this week's changes read in one pass."""
    recent_states, assessed = begun_lately(question), assessed_lately(question)
    from_clause = entry.code.table.outerjoin(assessed, assessed.c.point_of_entry_id == entry.point_of_entry_id)
    from_clause = from_clause.outerjoin(recent_states, recent_states.c.point_of_entry_id == entry.point_of_entry_id)
    last = func.coalesce(assessed.c.assessed_on, _last_assessed(question, entry))
    return from_clause, begun_lately_or_before(question, entry, recent_states), last


def points_matched(question: Question) -> Select[int]:
    """Count the points that match; join restrictions only if the filter needs them."""
    matched = select(func.count()).select_from(version)
    state = state_of_the_day(question)
    if question.asks_for_state:
        matched = matched.outerjoin(state, reaches(state.c.valid_during, question.days.first))
    return matched.where(answers(question, state))


def _entries(question: Question) -> Any:  # noqa: ANN401 - the columns of a subquery
    """Select the matching entries of the register, without their state.

    If codes narrow them, the entries are a CTE: in a plan for any country, the planner walked through all points in the
    order of pages, in 25 ms for the 3 points of one country. The planner estimates a box well, and there a CTE, which
    copies the rows, took a fifth of the time of a tile.
    """
    entries = select(*(version.__table__.c[name] for name in OF_AN_ENTRY)).where(_in_the_register_asked_for(question))
    codes = (question.iso3s, question.regions, question.identity)
    found_first = any(code is not None for code in codes)
    return (entries.cte() if found_first else entries.subquery("entry")).c


def state_of_the_day(question: Question, name: str = "state", point: Any = version) -> Any:  # noqa: ANN401 - a lateral subquery
    """Select the restriction to join to PointOfEntryVersion, on `reaches`: the last one to start by the end of the
    days.
    """
    r = Restriction
    records = select(r).where(r.point_of_entry_id == point.point_of_entry_id)
    return lateral(latest(records, r, question.days, question.as_known_at)).alias(name)


def last_assessment(question: Question) -> Any:  # noqa: ANN401 - a lateral subquery
    """Select the last assessment by the end of the days, to join to PointOfEntryVersion."""
    last = func.max(Assessment.assessed_on).label("assessed_on")
    return lateral(select(last).where(_assessed(question, version.point_of_entry_id))).alias("assessed")


def _last_assessed(question: Question, entry: Any, after: Any = None) -> ColumnElement[dt.date]:  # noqa: ANN401
    """Build the SQL expression of the day of the last assessment of the entry's point by the end of the days, and
    `after` a day.

    Neither a join nor max(): each took half as long again for the points of the world. PostgreSQL reads all earlier
    days on an index page to return the last one: so look first at the days since the last monthly update.
    """
    days = select(Assessment.assessed_on).where(_assessed(question, entry.point_of_entry_id))
    if after is not None:
        days = days.where(Assessment.assessed_on > after)
    return days.order_by(Assessment.assessed_on.desc()).limit(1).scalar_subquery()


def last_assessed_by(question: Question, point_id: Any, day: Any) -> ColumnElement[bool]:  # noqa: ANN401 - expressions
    """Build the SQL condition that the last assessment of the point, up to the end of the days, is on `day` or earlier.

    A recent assessment takes one index lookup. Selecting the last day takes twice as long.
    """
    known = _assessed(question, point_id)
    return ~exists().where(known, Assessment.assessed_on > day) & exists().where(known, Assessment.assessed_on <= day)


def _assessed(question: Question, point_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - an expression
    condition: ColumnElement[bool] = Assessment.point_of_entry_id == point_id
    condition &= Assessment.assessed_on <= question.days.last
    if question.as_known_at is not None:
        condition &= Assessment.recorded_at <= question.as_known_at
    return condition


def answers(question: Question, state: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Build the SQL condition that the point matches, by its register entry and by `state`, its state of the day."""
    return _in_the_register_asked_for(question) & in_the_state_asked_for(question, state)


def _in_the_register_asked_for(question: Question) -> ColumnElement[bool]:
    """Build the SQL condition on PointOfEntryVersion that the entry matches.

    Proposals are never public. A retired or merged point is returned by its code, but not listed.
    """
    on = question.days.last
    condition = in_register(question) & (func.lower(version.valid_during) <= on)
    condition &= or_(func.upper_inf(version.valid_during), func.upper(version.valid_during) > on)
    if question.identity is None:
        return condition & _in_a_lifecycle_asked_for(question)
    point = select(PointOfEntry.id).where(PointOfEntry.code == question.identity).scalar_subquery()
    return condition & and_(version.point_of_entry_id == point, version.lifecycle != "proposed")


def _in_a_lifecycle_asked_for(question: Question) -> ColumnElement[bool]:
    """Build the SQL condition on the lifecycle: unconfirmed candidates match only on request."""
    if question.lifecycles is None:
        return version.lifecycle == "active"
    return one_of(version.lifecycle, question.lifecycles)


def in_the_state_asked_for(question: Question, state: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Build the SQL condition that the state matches, a subquery or table with the columns of a restriction; null is
    unknown.
    """
    condition: ColumnElement[bool] = true()
    if question.status_groups is not None:
        condition &= one_of(func.coalesce(state.c.status_group, "unknown"), question.status_groups)
    if question.operational_statuses is not None:
        condition &= one_of(func.coalesce(state.c.operational_status, "unknown"), question.operational_statuses)
    return condition
