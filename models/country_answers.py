"""Countries on a day: their shape, the measures they impose on all, and their points counted by status."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, lateral, or_, select, true

from geo.box import touches
from models.country import Country
from models.of_country import measure_of_the_day
from models.point_answers import state_of_the_day
from models.point_of_entry import PointOfEntryVersion
from models.question import Question, in_countries, is_poe
from models.time_axes import believed, reaches

version = PointOfEntryVersion


def countries_answering(question: Question) -> Select[*tuple[Any, ...]]:
    """Select one row per country: `key`, `id`, `geometry` and properties.

    Counts are of points of entry, so they exclude internal transit points; `unknown` counts points that were assessed
    with unknown status, `not_assessed` points without a status for the days.
    """
    indicators = ("international_travel", "internal_movement", "public_transport")
    levels = {name: measure_of_the_day(name, question) for name in indicators}
    counts = _counts_by_status(question)
    statement = select(
        Country.iso3.label("key"),
        Country.iso3.label("id"),
        Country.geometry.label("geometry"),
        *_names(),
        *(cast(level.c.level, Integer).label(name) for name, level in levels.items()),
        *(column for column in counts.c),
    ).select_from(Country)
    for level in levels.values():
        statement = statement.outerjoin(level, reaches(level.c.valid_during, question.days.first))
    # An outer join, which the planner removes if no count is selected; there is always exactly one row of counts.
    return statement.outerjoin(counts, true()).where(_asked_for(question))


def countries_matched(question: Question) -> Select[int]:
    """Count the countries that match."""
    return select(func.count()).select_from(Country).where(_asked_for(question))


def _asked_for(question: Question) -> ColumnElement[bool]:
    condition = in_countries(Country.iso3, question)
    if question.identity is not None:
        condition &= Country.iso3 == question.identity
    if question.box is not None:
        condition &= touches(Country.geometry, question.box, question.box_srid)
    return condition


def _names() -> list[ColumnElement[Any]]:
    return [
        Country.iso3.label("iso3"),
        Country.iso2.label("iso2"),
        func.coalesce(Country.display_name, Country.name).label("name"),
        Country.name_fr.label("name_fr"),
        Country.name_es.label("name_es"),
        Country.name_ar.label("name_ar"),
        Country.wording_note.label("wording_note"),
    ]


def _counts_by_status(question: Question) -> Any:  # noqa: ANN401 - a lateral subquery
    on = question.days.last
    state = state_of_the_day(question)
    groups = ("fully_operational", "partially_operational", "fully_closed", "unknown")
    return lateral(
        select(
            func.count().label("poe_count"),
            *(func.count().filter(state.c.status_group == group).label(group) for group in groups),
            func.count().filter(state.c.id.is_(None)).label("not_assessed"),
        )
        .select_from(version)
        .outerjoin(state, reaches(state.c.valid_during, question.days.first))
        .where(
            version.iso3 == Country.iso3,
            is_poe(version.poe_type),
            version.lifecycle == "active",
            believed(version.recorded_during, question.as_known_at),
            func.lower(version.valid_during) <= on,
            or_(func.upper_inf(version.valid_during), func.upper(version.valid_during) > on),
        )
    ).alias("counted")
