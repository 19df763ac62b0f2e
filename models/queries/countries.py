"""Countries on a day: their shape, the measures they impose on all, and their points counted by status."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, lateral, or_, select, true

from geo.bbox import intersects_box
from models.queries.country_columns import select_country_level
from models.queries.filters import FeatureFilter, is_in_countries, is_poe
from models.queries.points import select_state
from models.tables.bitemporal import ends_after, is_current
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntryVersion

version = PointOfEntryVersion


def select_countries(question: FeatureFilter) -> Select[*tuple[Any, ...]]:
    """Select one row per country: `key`, `id`, `geometry` and properties.

    Counts are of points of entry, so they exclude internal transit points; `unknown` counts points that were assessed
    with unknown status, `not_assessed` points without a status for the days.
    """
    indicators = ("international_travel", "internal_movement", "public_transport")
    levels = {name: select_country_level(name, question) for name in indicators}
    counts = _count_by_status(question)
    statement = select(
        Country.iso3.label("key"),
        Country.iso3.label("id"),
        Country.geometry.label("geometry"),
        *_list_name_columns(),
        *(cast(level.c.level, Integer).label(name) for name, level in levels.items()),
        *(column for column in counts.c),
    ).select_from(Country)
    for level in levels.values():
        statement = statement.outerjoin(level, ends_after(level.c.valid_during, question.days.first))
    # An outer join, which the planner removes if no count is selected; there is always exactly one row of counts.
    return statement.outerjoin(counts, true()).where(_build_condition(question))


def count_countries(question: FeatureFilter) -> Select[int]:
    """Count the countries that match."""
    return select(func.count()).select_from(Country).where(_build_condition(question))


def _build_condition(question: FeatureFilter) -> ColumnElement[bool]:
    condition = is_in_countries(Country.iso3, question)
    if question.identity is not None:
        condition &= Country.iso3 == question.identity
    if question.box is not None:
        condition &= intersects_box(Country.geometry, question.box, question.box_srid)
    return condition


def _list_name_columns() -> list[ColumnElement[Any]]:
    return [
        Country.iso3.label("iso3"),
        Country.iso2.label("iso2"),
        func.coalesce(Country.display_name, Country.name).label("name"),
        Country.name_fr.label("name_fr"),
        Country.name_es.label("name_es"),
        Country.name_ar.label("name_ar"),
        Country.wording_note.label("wording_note"),
    ]


def _count_by_status(question: FeatureFilter) -> Any:  # noqa: ANN401 - a lateral subquery
    on = question.days.last
    state = select_state(question)
    groups = ("fully_operational", "partially_operational", "fully_closed", "unknown")
    return lateral(
        select(
            func.count().label("poe_count"),
            *(func.count().filter(state.c.status_group == group).label(group) for group in groups),
            func.count().filter(state.c.id.is_(None)).label("not_assessed"),
        )
        .select_from(version)
        .outerjoin(state, ends_after(state.c.valid_during, question.days.first))
        .where(
            version.iso3 == Country.iso3,
            is_poe(version.poe_type),
            version.lifecycle == "active",
            is_current(version.recorded_during, question.as_known_at),
            func.lower(version.valid_during) <= on,
            or_(func.upper_inf(version.valid_during), func.upper(version.valid_during) > on),
        )
    ).alias("counted")
