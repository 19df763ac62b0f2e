"""Points by status group, week by week: sums of the steps that are kept (models/status_step.py)."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, cast, func, select

from models.question import Question, in_countries, is_poe
from models.status_step import StatusStep

step = StatusStep
A_WEEK = 7


def weeks_counted(question: Question) -> Select[*tuple[Any, ...]]:
    """Statement giving `poe_type`, `status_group`, `first_week` and `points`: so many more or fewer from then on.

    Weeks are counted from 0, the one of the first day asked about; each is told by its day, seven days from the next.
    A point of entry is of the type, and in the area, that it was on that day.
    """
    keys = (step.poe_type, step.status_group, _first_week(question).label("first_week"))
    points = cast(func.sum(step.points), Integer).label("points")
    condition = (step.day <= question.days.last) & is_poe(step.poe_type) & in_countries(step.iso3, question)
    if question.as_known_at is not None:
        condition &= step.recorded_at <= question.as_known_at
    return select(*keys, points).where(condition).group_by(*keys)


def _first_week(question: Question) -> ColumnElement[int]:
    """The first whose day is not before that of the step. Steps may be of a day before all others, -infinity."""
    first: Any = question.days.first
    days = func.greatest(step.day, first, type_=Date) - first
    return cast(days + A_WEEK - 1, Integer) // A_WEEK
