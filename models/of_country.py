"""Columns of a point's country, evaluated once per country: its name, and the levels it imposes on everybody."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, cast, func, lateral, select

from geo.json_text import Members, json_members, put_together
from models.country import Country
from models.country_measure import CountryMeasure
from models.question import Question
from models.time_axes import latest, reaches

LEVELS = ("international_travel", "internal_movement")


def measure_of_the_day(indicator: str, question: Question) -> Any:  # noqa: ANN401 - a lateral subquery
    """Select the level of `indicator` that Country imposes on everybody, to join on `reaches`."""
    measure = CountryMeasure
    records = select(measure.level, measure.valid_during).where(
        measure.indicator == indicator,
        measure.imposing_iso3 == Country.iso3,
        func.coalesce(measure.origin_iso3, "*") == "*",
    )
    last = latest(records, measure, question.days, question.as_known_at)
    return lateral(last.correlate(Country)).alias(indicator)


def country_name(question: Question, entry: Any) -> ColumnElement[str]:  # noqa: ANN401 - a subquery's columns
    """Build the SQL expression of the display name of the entry's country."""
    return _looked_up(_name(), question, entry)


def levels(question: Question, entry: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401
    """Build the SQL expressions of the `LEVELS` that the entry's country imposes on everybody."""
    return [cast(_looked_up(_level(name, question), question, entry), Integer).label(name) for name in LEVELS]


def country_members(question: Question, entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the country's name and levels as the members of a JSON object."""
    columns: list[ColumnElement[Any]] = [_name().label("country_name")]
    columns += (_level(name, question).label(name) for name in LEVELS)
    text = put_together(*json_members(columns))
    return _looked_up(text, question, entry, Members(("country_name", *LEVELS)))


def _looked_up(value: Any, question: Question, entry: Any, kind: Any = Text) -> ColumnElement[Any]:  # noqa: ANN401
    """Build the SQL expression that looks up the value, of Country, for the entry's country, as text.

    It is evaluated once per country: per point, it took half of the time of a box. It is looked up by name, not joined:
    in a plan for any box the planner expects one point, and scanned the countries for each. PostgreSQL does not
    evaluate unused values.
    """
    values = select(func.jsonb_object_agg(Country.iso3, value))
    if question.is_narrow:
        values = values.where(Country.iso3.in_(select(entry.iso3)))
    return values.scalar_subquery().op("->>", return_type=kind)(entry.iso3)


def _name() -> ColumnElement[str]:
    return func.coalesce(Country.display_name, Country.name, type_=Text)


def _level(indicator: str, question: Question) -> ColumnElement[int]:
    """Build the SQL expression of the level of `indicator` that Country imposes on everybody, null without a record."""
    last = measure_of_the_day(indicator, question)
    level = select(last.c.level).where(reaches(last.c.valid_during, question.days.first))
    return cast(level.correlate(Country).scalar_subquery(), Integer)
