"""Statements of the last week's changes at all points, which a request for most points reads in one pass.

Offices report on their points once a week. Looked up point by point, the state of the world's 8,000 points and their
last assessments took half of the time of the response; now only points without changes in the week are looked up.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, Float, column, func, lateral, literal_column, select, table, true, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from models.queries.filters import PointFilter
from models.tables.assessment import Assessment
from models.tables.bitemporal import is_current, select_latest, subtract_days
from models.tables.restriction import Restriction

WEEK_DAYS = 7
# Reading the week's changes of a number of points takes as long as one lookup: it pays from a quarter of all points on.
CHANGES_PER_LOOKUP = 4
RESTRICTION_COLUMNS = (
    *("id", "point_of_entry_id", "valid_during", "operational_status", "status_group", "measures"),
    *("affected_populations", "expected_duration", "announced_end", "source_id", "confidence", "comment"),
)


def select_recent_states(question: PointFilter) -> Any:  # noqa: ANN401 - a subquery
    """Select each point's last restriction to start within the week that ends with the days."""
    started = func.lower(Restriction.valid_during, type_=Date)
    return (
        select(*_get_restriction_columns(Restriction))
        .ext(distinct_on(Restriction.point_of_entry_id))
        .where(is_current(Restriction.recorded_during, None), _is_within_week(started, question))
        .order_by(Restriction.point_of_entry_id, started.desc())
        .subquery("begun")
    )


def select_recent_assessments(question: PointFilter) -> Any:  # noqa: ANN401 - a subquery
    """Select each point's day of the last assessment within the week that ends with the days."""
    return (
        select(Assessment.point_of_entry_id, func.max(Assessment.assessed_on).label("assessed_on"))
        .where(_is_within_week(Assessment.assessed_on, question))
        .group_by(Assessment.point_of_entry_id)
        .subquery("assessed_lately")
    )


def select_recent_or_earlier_state(question: PointFilter, point: Any, begun: Any) -> Any:  # noqa: ANN401 - lateral subqueries
    """Select the last restriction to start by the end of the days, to join on `reaches`: looked up if
    `begun` has none.
    """
    lately = select(*_get_restriction_columns(begun.c)).where(begun.c.id.is_not(None)).correlate(begun)
    there = Restriction.point_of_entry_id == point.point_of_entry_id
    records = (
        select(*_get_restriction_columns(Restriction))
        .where(there, begun.c.id.is_(None))
        .correlate(begun, point.code.table)
    )
    return lateral(union_all(lately, select_latest(records, Restriction, question.days, None))).alias("state")


def _get_restriction_columns(columns: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a table or a subquery's columns
    return [getattr(columns, name) for name in RESTRICTION_COLUMNS]


def _is_within_week(day: Any, question: PointFilter) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    last = question.days.last
    within: ColumnElement[bool] = (day <= last) & (day > subtract_days(last, WEEK_DAYS)) & _is_worthwhile(question)
    return within


def _is_worthwhile(question: PointFilter) -> ColumnElement[bool]:
    """Build the SQL condition that the query touches most points, by PostgreSQL's estimate (an exact count would be
    slow).
    """
    if question.most is None or question.has_state_filter:
        return true()
    tables = table("pg_class", column("oid"), column("reltuples", Float))
    guessed = select(tables.c.reltuples).where(tables.c.oid == literal_column("'point_of_entry'::regclass"))
    return guessed.scalar_subquery() <= question.most * CHANGES_PER_LOOKUP
