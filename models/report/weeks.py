"""Points by status group, week by week: sums of the stored steps (models/status_step.py)."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, cast, func, select

from models.question import FeatureFilter, is_in_countries, is_poe
from models.status_step import StatusDelta

step = StatusDelta
WEEK_DAYS = 7


def select_weekly_steps(question: FeatureFilter) -> Select[*tuple[Any, ...]]:
    """Select `poe_type`, `status_group`, `first_week` and `points`: the change in points from that week on.

    Weeks count from 0, the week of the first day; each is identified by its day, seven days from the next. A point of
    entry counts by its type and area on that day.
    """
    keys = (step.poe_type, step.status_group, _compute_first_week(question).label("first_week"))
    points = cast(func.sum(step.points), Integer).label("points")
    condition = (step.day <= question.days.last) & is_poe(step.poe_type) & is_in_countries(step.iso3, question)
    if question.as_known_at is not None:
        condition &= step.recorded_at <= question.as_known_at
    return select(*keys, points).where(condition).group_by(*keys)


def _compute_first_week(question: FeatureFilter) -> ColumnElement[int]:
    """Compute the first week with a day not before the step's. Steps may precede all other days, at -infinity."""
    first: Any = question.days.first
    days = func.greatest(step.day, first, type_=Date) - first
    return cast(days + WEEK_DAYS - 1, Integer) // WEEK_DAYS
