"""Statement that counts the register, for a service without any assessed point."""

from typing import Any

from sqlalchemy import Select, func, select

from models.point_of_entry import PointOfEntryVersion
from models.question import FeatureFilter, matches_register
from models.time_axes import ends_after


def count_register(question: FeatureFilter) -> Select[*tuple[Any, ...]]:
    """Count `points`, active on the filter's last day, and `countries` with such a point."""
    version = PointOfEntryVersion
    return (
        select(func.count().label("points"), func.count(version.iso3.distinct()).label("countries"))
        .where(matches_register(question), version.lifecycle == "active")
        .where(func.lower(version.valid_during) <= question.days.last)
        .where(ends_after(version.valid_during, question.days.last))
    )
