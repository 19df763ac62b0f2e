"""How much the register has: for a service in which no point has been assessed."""

from typing import Any

from sqlalchemy import Select, func, select

from models.point_of_entry import PointOfEntryVersion
from models.question import Question, in_register
from models.time_axes import reaches


def counts_of_register(question: Question) -> Select[*tuple[Any, ...]]:
    """Statement giving `points`, those active on the last day asked about, and `countries`, those that have one."""
    version = PointOfEntryVersion
    return (
        select(func.count().label("points"), func.count(version.iso3.distinct()).label("countries"))
        .where(in_register(question), version.lifecycle == "active")
        .where(func.lower(version.valid_during) <= question.days.last)
        .where(reaches(version.valid_during, question.days.last))
    )
