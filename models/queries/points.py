"""Statements of the points collection: each point with its register entry and its state on the requested days."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, lateral, or_, select, true

from models.queries.country_columns import build_country_levels, build_country_members
from models.queries.filters import FeatureFilter, PointFilter, is_one_of, matches_register
from models.queries.point_columns import (
    build_opening,
    build_register_columns,
    build_register_members,
    build_source_members,
    build_state_columns,
    build_state_members,
    cast_code,
)
from models.queries.recent_changes import (
    select_recent_assessments,
    select_recent_or_earlier_state,
    select_recent_states,
)
from models.tables.assessment import Assessment
from models.tables.bitemporal import ends_after, select_latest, subtract_days
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.point_properties import PROPERTY_COLUMNS
from models.tables.restriction import Restriction

version = PointOfEntryVersion
# Register columns that the response needs. PostgreSQL copies every column of a CTE, so list no others.
ENTRY_COLUMNS = ("point_of_entry_id", "code", "geometry", "source_id", "opening", "members", *PROPERTY_COLUMNS.values())
# Offices that are not late report a point once a week, or once a month.
RECENT_DAYS = 31


def select_points(question: PointFilter, *, one_by_one: bool = False) -> Select[*tuple[Any, ...]]:
    """Select one row per point: `key` for paging, `id`, `geometry`, its properties, and most properties again in pieces
    of JSON.

    A point without an assessment on the days has `assessed` false, status `unknown` and null for all other columns of
    an assessment. An interval gives the last state within it, and the register entry of its last day. The state is
    looked up point by point, or, if most points may match and not `one_by_one`, mostly in one pass.
    """
    entry = _select_entries(question)
    by_point = one_by_one or question.is_narrow or question.as_known_at is not None
    from_clause, state, last_assessed = (_join_per_point if by_point else _join_recent_changes)(question, entry)
    return (
        select(
            entry.point_of_entry_id.label("key"),
            cast_code(entry.code).label("id"),
            entry.geometry.label("geometry"),
            *build_register_columns(question, entry),
            *build_state_columns(state, question.days),
            last_assessed.label("last_assessed"),
            *build_country_levels(question, entry),
            build_opening(entry).label("opening"),
            build_register_members(entry).label("register_members"),
            build_source_members(entry).label("source_members"),
            build_state_members(state, question.days).label("state_members"),
            build_country_members(question, entry).label("country_members"),
        )
        .select_from(from_clause.outerjoin(state, ends_after(state.c.valid_during, question.days.first)))
        .where(matches_state(question, state))
    )


def _join_per_point(question: PointFilter, entry: Any) -> tuple[Any, Any, ColumnElement[dt.date]]:  # noqa: ANN401 - a subquery's columns
    """Build the FROM clause, the state to join to it on `reaches`, and the day of the last assessment, point
    by point.
    """
    recent = _build_last_assessed(question, entry, subtract_days(question.days.last, RECENT_DAYS))
    last = func.coalesce(recent, _build_last_assessed(question, entry))
    return entry.code.table, select_state(question, point=entry), last


def _join_recent_changes(question: PointFilter, entry: Any) -> tuple[Any, Any, ColumnElement[dt.date]]:  # noqa: ANN401
    """Build the parts of `_join_per_point`, with this week's changes read in one pass."""
    recent_states, assessed = select_recent_states(question), select_recent_assessments(question)
    from_clause = entry.code.table.outerjoin(assessed, assessed.c.point_of_entry_id == entry.point_of_entry_id)
    from_clause = from_clause.outerjoin(recent_states, recent_states.c.point_of_entry_id == entry.point_of_entry_id)
    last = func.coalesce(assessed.c.assessed_on, _build_last_assessed(question, entry))
    return from_clause, select_recent_or_earlier_state(question, entry, recent_states), last


def count_points(question: PointFilter) -> Select[int]:
    """Count the points that match; join restrictions only if the filter needs them."""
    matched = select(func.count()).select_from(version)
    state = select_state(question)
    if question.has_state_filter:
        matched = matched.outerjoin(state, ends_after(state.c.valid_during, question.days.first))
    return matched.where(matches_filter(question, state))


def _select_entries(question: PointFilter) -> Any:  # noqa: ANN401 - the columns of a subquery
    """Select the matching entries of the register, without their state.

    If codes narrow them, the entries are a CTE: in a plan for any country, the planner walked through all points in the
    order of pages, in 25 ms for the 3 points of one country. The planner estimates a box well, and there a CTE, which
    copies the rows, took a fifth of the time of a tile.
    """
    entries = select(*(version.__table__.c[name] for name in ENTRY_COLUMNS)).where(_matches_register_filter(question))
    codes = (question.iso3s, question.regions, question.identity)
    found_first = any(code is not None for code in codes)
    return (entries.cte() if found_first else entries.subquery("entry")).c


def select_state(question: FeatureFilter, name: str = "state", point: Any = version) -> Any:  # noqa: ANN401 - a lateral subquery
    """Select the restriction to join to PointOfEntryVersion, on `reaches`: the last one to start by the end of the
    days.
    """
    r = Restriction
    records = select(r).where(r.point_of_entry_id == point.point_of_entry_id)
    return lateral(select_latest(records, r, question.days, question.as_known_at)).alias(name)


def select_last_assessment(question: FeatureFilter) -> Any:  # noqa: ANN401 - a lateral subquery
    """Select the last assessment by the end of the days, to join to PointOfEntryVersion."""
    last = func.max(Assessment.assessed_on).label("assessed_on")
    return lateral(select(last).where(_is_assessed(question, version.point_of_entry_id))).alias("assessed")


def _build_last_assessed(question: FeatureFilter, entry: Any, after: Any = None) -> ColumnElement[dt.date]:  # noqa: ANN401
    """Build the SQL expression of the day of the last assessment of the entry's point by the end of the days, and
    `after` a day.

    Neither a join nor max(): each took half as long again for the points of the world. PostgreSQL reads all earlier
    days on an index page to return the last one: so look first at the days since the last monthly update.
    """
    days = select(Assessment.assessed_on).where(_is_assessed(question, entry.point_of_entry_id))
    if after is not None:
        days = days.where(Assessment.assessed_on > after)
    return days.order_by(Assessment.assessed_on.desc()).limit(1).scalar_subquery()


def is_last_assessed_by(question: FeatureFilter, point_id: Any, day: Any) -> ColumnElement[bool]:  # noqa: ANN401 - expressions
    """Build the SQL condition that the last assessment of the point, up to the end of the days, is on `day` or earlier.

    A recent assessment takes one index lookup. Selecting the last day takes twice as long.
    """
    known = _is_assessed(question, point_id)
    return ~exists().where(known, Assessment.assessed_on > day) & exists().where(known, Assessment.assessed_on <= day)


def _is_assessed(question: FeatureFilter, point_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - an expression
    condition: ColumnElement[bool] = Assessment.point_of_entry_id == point_id
    condition &= Assessment.assessed_on <= question.days.last
    if question.as_known_at is not None:
        condition &= Assessment.recorded_at <= question.as_known_at
    return condition


def matches_filter(question: PointFilter, state: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Build the SQL condition that the point matches, by its register entry and by `state`, its state of the day."""
    return _matches_register_filter(question) & matches_state(question, state)


def _matches_register_filter(question: PointFilter) -> ColumnElement[bool]:
    """Build the SQL condition on PointOfEntryVersion that the entry matches.

    Proposals are never public. A retired or merged point is returned by its code, but not listed.
    """
    on = question.days.last
    condition = matches_register(question) & (func.lower(version.valid_during) <= on)
    condition &= or_(func.upper_inf(version.valid_during), func.upper(version.valid_during) > on)
    if question.identity is None:
        return condition & _matches_lifecycle(question)
    point = select(PointOfEntry.id).where(PointOfEntry.code == question.identity).scalar_subquery()
    return condition & and_(version.point_of_entry_id == point, version.lifecycle != "proposed")


def _matches_lifecycle(question: PointFilter) -> ColumnElement[bool]:
    """Build the SQL condition on the lifecycle: unconfirmed candidates match only on request."""
    if question.lifecycles is None:
        return version.lifecycle == "active"
    return is_one_of(version.lifecycle, question.lifecycles)


def matches_state(question: PointFilter, state: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Build the SQL condition that the state matches, a subquery or table with the columns of a restriction; null is
    unknown.
    """
    condition: ColumnElement[bool] = true()
    if question.status_groups is not None:
        condition &= is_one_of(func.coalesce(state.c.status_group, "unknown"), question.status_groups)
    if question.operational_statuses is not None:
        condition &= is_one_of(func.coalesce(state.c.operational_status, "unknown"), question.operational_statuses)
    return condition
