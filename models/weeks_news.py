"""What came within the last week, of all points at once: what a question about most of them reads in one pass.

Offices tell of their points once a week. Looked up point by point, what held at the 8,000 points of the world and when
somebody last looked at them took half of the time of the answer; so now does only what the week has no news of.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, Float, column, func, lateral, literal_column, select, table, true, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from models.assessment import Assessment
from models.question import Question
from models.restriction import Restriction
from models.time_axes import believed, days_before, latest

WEEK_DAYS = 7
# Reading the week's news of so many points takes as long as looking up one: it pays from a quarter of them on.
NEWS_PER_LOOK_UP = 4
OF_A_STATE = (
    *("id", "point_of_entry_id", "valid_during", "operational_status", "status_group", "measures"),
    *("affected_populations", "expected_duration", "announced_end", "source_id", "confidence", "comment"),
)


def begun_lately(question: Question) -> Any:  # noqa: ANN401 - a subquery
    """The last restriction to start within the week that the days end with, of each point that has one."""
    started = func.lower(Restriction.valid_during, type_=Date)
    return (
        select(*_of_a_state(Restriction))
        .ext(distinct_on(Restriction.point_of_entry_id))
        .where(believed(Restriction.recorded_during, None), _within_the_week(started, question))
        .order_by(Restriction.point_of_entry_id, started.desc())
        .subquery("begun")
    )


def assessed_lately(question: Question) -> Any:  # noqa: ANN401 - a subquery
    """The day of the last assessment within the week that the days end with, of each point that has one."""
    return (
        select(Assessment.point_of_entry_id, func.max(Assessment.assessed_on).label("assessed_on"))
        .where(_within_the_week(Assessment.assessed_on, question))
        .group_by(Assessment.point_of_entry_id)
        .subquery("assessed_lately")
    )


def begun_lately_or_before(question: Question, point: Any, begun: Any) -> Any:  # noqa: ANN401 - lateral subqueries
    """The last restriction to start by the end of the days, to join on `reaches`: looked up where `begun` has none."""
    lately = select(*_of_a_state(begun.c)).where(begun.c.id.is_not(None)).correlate(begun)
    there = Restriction.point_of_entry_id == point.point_of_entry_id
    records = select(*_of_a_state(Restriction)).where(there, begun.c.id.is_(None)).correlate(begun, point.code.table)
    return lateral(union_all(lately, latest(records, Restriction, question.days, None))).alias("state")


def _of_a_state(columns: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a table or a subquery's columns
    return [getattr(columns, name) for name in OF_A_STATE]


def _within_the_week(day: Any, question: Question) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    last = question.days.last
    within: ColumnElement[bool] = (day <= last) & (day > days_before(last, WEEK_DAYS)) & _pays(question)
    return within


def _pays(question: Question) -> ColumnElement[bool]:
    """SQL condition: most points are looked at. As PostgreSQL guesses their number: counting them takes time too."""
    if question.most is None or question.asks_for_state:
        return true()
    tables = table("pg_class", column("oid"), column("reltuples", Float))
    guessed = select(tables.c.reltuples).where(tables.c.oid == literal_column("'point_of_entry'::regclass"))
    return guessed.scalar_subquery() <= question.most * NEWS_PER_LOOK_UP
