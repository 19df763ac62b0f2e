"""Columns of a point's country, evaluated once per country: its name, and the levels it imposes on everybody."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, cast, func, lateral, select

from geo.sql_json import JsonMembers, build_json_members, concatenate_text
from models.queries.filters import FeatureFilter
from models.tables.bitemporal import ends_after, select_latest
from models.tables.country import Country
from models.tables.country_measure import CountryMeasure

LEVEL_INDICATORS = ("international_travel", "internal_movement")


def select_country_level(indicator: str, question: FeatureFilter) -> Any:  # noqa: ANN401 - a lateral subquery
    """Select the level of `indicator` that Country imposes on everybody, to join on `reaches`."""
    measure = CountryMeasure
    records = select(measure.level, measure.valid_during).where(
        measure.indicator == indicator,
        measure.imposing_iso3 == Country.iso3,
        func.coalesce(measure.origin_iso3, "*") == "*",
    )
    last = select_latest(records, measure, question.days, question.as_known_at)
    return lateral(last.correlate(Country)).alias(indicator)


def build_country_name(question: FeatureFilter, entry: Any) -> ColumnElement[str]:  # noqa: ANN401 - a subquery's columns
    """Build the SQL expression of the display name of the entry's country."""
    return _look_up_country(_build_name(), question, entry)


def build_country_levels(question: FeatureFilter, entry: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401
    """Build the SQL expressions of the `LEVEL_INDICATORS` that the entry's country imposes on everybody."""
    return [
        cast(_look_up_country(_build_level(name, question), question, entry), Integer).label(name)
        for name in LEVEL_INDICATORS
    ]


def build_country_members(question: FeatureFilter, entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the country's name and levels as the members of a JSON object."""
    columns: list[ColumnElement[Any]] = [_build_name().label("country_name")]
    columns += (_build_level(name, question).label(name) for name in LEVEL_INDICATORS)
    text = concatenate_text(*build_json_members(columns))
    return _look_up_country(text, question, entry, JsonMembers(("country_name", *LEVEL_INDICATORS)))


def _look_up_country(value: Any, question: FeatureFilter, entry: Any, kind: Any = Text) -> ColumnElement[Any]:  # noqa: ANN401
    """Build the SQL expression that looks up the value, of Country, for the entry's country, as text.

    It is evaluated once per country: per point, it took half of the time of a box. It is looked up by name, not joined:
    in a plan for any box the planner expects one point, and scanned the countries for each. PostgreSQL does not
    evaluate unused values.
    """
    values = select(func.jsonb_object_agg(Country.iso3, value))
    if question.is_narrow:
        values = values.where(Country.iso3.in_(select(entry.iso3)))
    return values.scalar_subquery().op("->>", return_type=kind)(entry.iso3)


def _build_name() -> ColumnElement[str]:
    return func.coalesce(Country.display_name, Country.name, type_=Text)


def _build_level(indicator: str, question: FeatureFilter) -> ColumnElement[int]:
    """Build the SQL expression of the level of `indicator` that Country imposes on everybody, null without a record."""
    last = select_country_level(indicator, question)
    level = select(last.c.level).where(ends_after(last.c.valid_during, question.days.first))
    return cast(level.correlate(Country).scalar_subquery(), Integer)
