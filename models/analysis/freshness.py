"""Age of the last assessment of the points of entry, and the points of an office that are due."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, cast, func, select, true

from models.queries.due_points import is_due
from models.queries.filters import PointFilter, matches_register
from models.queries.points import select_last_assessment, select_state
from models.tables.bitemporal import ends_after
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion

version = PointOfEntryVersion
Statement = Select[*tuple[Any, ...]]
# Whole weeks between the last assessment and the requested day; the last class is open.
MAX_COUNTED_WEEKS = 4
WEEK_CLASSES = (*(str(weeks) for weeks in range(MAX_COUNTED_WEEKS)), f"{MAX_COUNTED_WEEKS}+")
NEVER = "never"
# Python's last day is PostgreSQL's infinity, from which no day can be subtracted.
LAST_FINITE_DAY = dt.date.max - dt.timedelta(days=1)


def count_points_by_week(question: PointFilter) -> Statement:
    """Count the points of each country that has any, by whole weeks from the last assessment to the last day.

    The columns are `country`, `name`, `points`, and a count for each of WEEKS and NEVER. An assessment on the last day
    itself, or on one of the six days before it, is zero weeks old.
    """
    assessed = select_last_assessment(question)
    days = cast(func.least(question.days.last, LAST_FINITE_DAY, type_=Date) - assessed.c.assessed_on, Integer)
    # Not least(), which ignores the null of a point that was never assessed.
    weeks = case((days >= 7 * MAX_COUNTED_WEEKS, MAX_COUNTED_WEEKS), else_=days // 7)
    name = func.coalesce(Country.display_name, Country.name)
    return (
        select(
            Country.iso3.label("country"),
            name.label("name"),
            func.count().label("points"),
            *(func.count().filter(weeks == number).label(label) for number, label in enumerate(WEEK_CLASSES)),
            func.count().filter(assessed.c.assessed_on.is_(None)).label(NEVER),
        )
        .select_from(version)
        .join(Country, Country.iso3 == version.iso3)
        .outerjoin(assessed, true())
        .where(matches_register(question), _is_active_entry(question.days.last))
        .group_by(Country.iso3)
        .order_by(name, Country.iso3)
    )


def select_due_points(question: PointFilter, week_begins: dt.date) -> Statement:
    """Select the active points that nobody assessed from `week_begins` to the last day of the question.

    By `code`, each with its last status (null: none recorded) and the day of its last assessment.
    """
    assessed, state = select_last_assessment(question), select_state(question)
    return (
        select(
            PointOfEntry.code,
            version.name,
            version.poe_type,
            version.iso3.label("country"),
            state.c.operational_status,
            state.c.status_group,
            func.lower(state.c.valid_during).label("valid_from"),
            assessed.c.assessed_on.label("last_assessed"),
        )
        .select_from(version)
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .outerjoin(state, ends_after(state.c.valid_during, question.days.first))
        .outerjoin(assessed, true())
        .where(matches_register(question), _is_active_entry(question.days.last))
        .where(is_due(assessed.c.assessed_on, week_begins))
        .order_by(PointOfEntry.code)
    )


def count_active_points(question: PointFilter) -> Select[int]:
    """Count the active points, due or not."""
    return (
        select(func.count())
        .select_from(version)
        .where(matches_register(question), _is_active_entry(question.days.last))
    )


def _is_active_entry(on: dt.date) -> ColumnElement[bool]:
    """Build the SQL condition on PointOfEntryVersion that the entry is valid on the day, and the point active."""
    return and_(
        func.lower(version.valid_during) <= on, ends_after(version.valid_during, on), version.lifecycle == "active"
    )
