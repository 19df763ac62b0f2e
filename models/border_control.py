"""Border control that one country has reintroduced at its borders with another."""

from typing import Any

from sqlalchemy import Date, Select, func, select

from models.country_measure import CountryMeasure
from models.crossings import FROM_ISO3, TO_ISO3
from models.question import FeatureFilter
from models.source import Source
from models.time_axes import ends_after, select_latest

INTERNAL_BORDER_CONTROL = "internal_border_control"
measure = CountryMeasure


def select_border_control(question: FeatureFilter) -> Select[*tuple[Any, ...]]:
    """Select the control on the day that `to_iso3` has at its borders with `from_iso3`; no row without any.

    `level`, `first` and `last` day (null: no end is announced), `notifications`, `comment`, `source` and its `url`.
    """
    columns = (measure.level, measure.valid_during, measure.source_reference, measure.comment, measure.source_id)
    between = select(*columns).where(
        measure.indicator == INTERNAL_BORDER_CONTROL, measure.imposing_iso3 == TO_ISO3, measure.origin_iso3 == FROM_ISO3
    )
    last = select_latest(between, measure, question.days, question.as_known_at).subquery("last")
    return (
        select(
            last.c.level,
            func.lower(last.c.valid_during, type_=Date).label("first"),
            (func.upper(last.c.valid_during, type_=Date) - 1).label("last"),
            last.c.source_reference.label("notifications"),
            last.c.comment,
            Source.name.label("source"),
            Source.url,
        )
        .join(Source, Source.id == last.c.source_id)
        .where(ends_after(last.c.valid_during, question.days.first))
    )
