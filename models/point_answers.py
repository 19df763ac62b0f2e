"""The answer by day: each point of entry with its entry in the register and what held there."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    cast,
    func,
    lateral,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY

from geo.json_text import Code
from models.assessment import Assessment
from models.country import Country
from models.country_measure import CountryMeasure
from models.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.question import Question, in_register, is_poe, one_of
from models.restriction import Restriction
from models.source import source_name
from models.time_axes import FOR_EVER_SQL, Days, latest, reaches

version = PointOfEntryVersion
LEVELS = ("international_travel", "internal_movement")


def points_answering(question: Question) -> Select[*tuple[Any, ...]]:
    """Statement giving one row per point: `key` to page by, `id`, `geometry`, its properties, and `members`: some of
    them (TOLD) as JSON.

    A point no office assessed for the days has `assessed` false, status `unknown` and null for all else that an
    assessment says. An interval gives the last state within it; the register's entry is that of its last day.
    """
    entry = _entries(question)
    state = state_of_the_day(question, point=entry)
    return (
        select(
            entry.point_of_entry_id.label("key"),
            _code(entry.code).label("id"),
            entry.geometry.label("geometry"),
            entry.members.label("members"),
            *_register_entry(question, entry),
            *_state(state, question.days),
            _last_assessed(question, entry).label("last_assessed"),
            *(_level(name, question, entry).label(name) for name in LEVELS),
        )
        .select_from(entry.code.table)
        .outerjoin(state, reaches(state.c.valid_during, question.days.first))
        .where(_in_the_state_asked_for(question, state))
    )


def points_matched(question: Question) -> Select[int]:
    """Statement counting the points that answer; it looks at restrictions only where they decide."""
    matched = select(func.count()).select_from(version)
    state = state_of_the_day(question)
    if question.identity is not None:
        matched = matched.join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
    if question.asks_for_state:
        matched = matched.outerjoin(state, reaches(state.c.valid_during, question.days.first))
    return matched.where(answers(question, state))


def _entries(question: Question) -> Any:  # noqa: ANN401 - the columns of a subquery
    """The entries in the register that answer, before anything is asked of what held there.

    Where a place narrows them they are found first, by themselves: with a plan made for any country the planner else
    walked through all points in the order of pages, in 25 ms for the 3 points of one country.
    """
    entries = (
        select(*version.__table__.c, PointOfEntry.code)
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .where(_in_the_register_asked_for(question))
    )
    return (entries.cte() if _is_narrow(question) else entries.subquery("entry")).c


def _is_narrow(question: Question) -> bool:
    narrowed = (question.iso3s, question.regions, question.box, question.identity)
    return any(part is not None for part in narrowed)


def state_of_the_day(question: Question, name: str = "state", point: Any = version) -> Any:  # noqa: ANN401 - a lateral subquery
    """The restriction to join to PointOfEntryVersion, on `reaches`: the last one to start by the end of the days."""
    r = Restriction
    records = select(r).where(r.point_of_entry_id == point.point_of_entry_id)
    return lateral(latest(records, r, question.days, question.as_known_at)).alias(name)


def last_assessment(question: Question) -> Any:  # noqa: ANN401 - a lateral subquery
    """The last assessment by the end of the days to join to PointOfEntryVersion."""
    last = func.max(Assessment.assessed_on).label("assessed_on")
    return lateral(select(last).where(_assessed(question, version))).alias("assessed")


def _last_assessed(question: Question, entry: Any) -> ColumnElement[dt.date]:  # noqa: ANN401 - a subquery's columns
    """SQL expression: the day of the last assessment of the entry's point by the end of the days.

    Not a join, and not max(): each of the two took half as long again for the points of the world.
    """
    days = select(Assessment.assessed_on).where(_assessed(question, entry))
    return days.order_by(Assessment.assessed_on.desc()).limit(1).scalar_subquery()


def _assessed(question: Question, point: Any) -> ColumnElement[bool]:  # noqa: ANN401 - what has `point_of_entry_id`
    condition: ColumnElement[bool] = Assessment.point_of_entry_id == point.point_of_entry_id
    condition &= Assessment.assessed_on <= question.days.last
    if question.as_known_at is not None:
        condition &= Assessment.recorded_at <= question.as_known_at
    return condition


def measure_of_the_day(indicator: str, question: Question) -> Any:  # noqa: ANN401 - a lateral subquery
    """The level of `indicator` that Country imposes on all, to join on `reaches`."""
    measure = CountryMeasure
    records = select(measure.level, measure.valid_during).where(
        measure.indicator == indicator,
        measure.imposing_iso3 == Country.iso3,
        func.coalesce(measure.origin_iso3, "*") == "*",
    )
    last = latest(records, measure, question.days, question.as_known_at)
    return lateral(last.correlate(Country)).alias(indicator)


def _of_country(value: Any, question: Question, entry: Any) -> ColumnElement[str]:  # noqa: ANN401 - an expression
    """SQL expression: the value, of Country, for the entry's country, as text.

    It is worked out once for each country, not for every point, which took half of the time of a box; and looked up by
    name, not joined: where a plan is made for any box the planner expects one point, and went through the countries
    for each. What nobody asks for is not worked out.
    """
    values = select(func.jsonb_object_agg(Country.iso3, value))
    if _is_narrow(question):
        values = values.where(Country.iso3.in_(select(entry.iso3)))
    return values.scalar_subquery().op("->>", return_type=Text())(entry.iso3)


def _level(indicator: str, question: Question, entry: Any) -> ColumnElement[int]:  # noqa: ANN401
    """SQL expression: the level of `indicator` that the entry's country imposes on all."""
    return cast(_of_country(_level_of_the_day(indicator, question), question, entry), Integer)


def _level_of_the_day(indicator: str, question: Question) -> ColumnElement[int]:
    """SQL expression: the level of `indicator` that Country imposes on all, null where nobody recorded one."""
    last = measure_of_the_day(indicator, question)
    level = select(last.c.level).where(reaches(last.c.valid_during, question.days.first))
    return level.correlate(Country).scalar_subquery()


def answers(question: Question, state: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """SQL condition: the point answers, by its register entry and `state`, that of the day."""
    return _in_the_register_asked_for(question) & _in_the_state_asked_for(question, state)


def _in_the_register_asked_for(question: Question) -> ColumnElement[bool]:
    """SQL condition on PointOfEntryVersion: the entry answers.

    Proposals are never public. What is retired or merged is answered by its code, and no longer listed.
    """
    on = question.days.last
    condition = in_register(question) & (func.lower(version.valid_during) <= on)
    condition &= or_(func.upper_inf(version.valid_during), func.upper(version.valid_during) > on)
    if question.identity is None:
        return condition & (version.lifecycle == "active")
    return condition & and_(PointOfEntry.code == question.identity, version.lifecycle != "proposed")


def _in_the_state_asked_for(question: Question, state: Any) -> ColumnElement[bool]:  # noqa: ANN401
    condition: ColumnElement[bool] = true()
    if question.status_groups is not None:
        condition &= one_of(func.coalesce(state.c.status_group, "unknown"), question.status_groups)
    if question.operational_statuses is not None:
        condition &= one_of(func.coalesce(state.c.operational_status, "unknown"), question.operational_statuses)
    return condition


def _register_entry(question: Question, entry: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401
    return [
        _code(entry.code).label("code"),
        entry.name.label("name"),
        entry.poe_type.label("poe_type"),
        is_poe(entry.poe_type).label("is_poe"),
        entry.subtype.label("subtype"),
        entry.iso3.label("country"),
        _of_country(func.coalesce(Country.display_name, Country.name), question, entry).label("country_name"),
        entry.other_iso3.label("other_country"),
        entry.admin1_name.label("admin1_name"),
        entry.admin1_code.label("admin1_code"),
        entry.municipality.label("municipality"),
        entry.iata.label("iata"),
        entry.icao.label("icao"),
        entry.unlocode.label("unlocode"),
        entry.official_status.label("official_status"),
        entry.ihr_designated.label("ihr_designated"),
        entry.opening_hours.label("opening_hours"),
        entry.lifecycle.label("lifecycle"),
        entry.coordinate_precision.label("coordinate_precision"),
        source_name(entry.source_id).label("source"),
        entry.licence.label("licence"),
    ]


def _state(state: Any, days: Days) -> list[ColumnElement[Any]]:  # noqa: ANN401
    ended = state.c.announced_end < func.nullif(days.last, FOR_EVER_SQL)
    return [
        state.c.id.is_not(None).label("assessed"),
        func.coalesce(_code(state.c.operational_status), "unknown").label("operational_status"),
        func.coalesce(_code(state.c.status_group), "unknown").label("status_group"),
        type_coerce(state.c.measures, ARRAY(Code)).label("measures"),
        type_coerce(state.c.affected_populations, ARRAY(Code)).label("affected_populations"),
        _code(state.c.expected_duration).label("expected_duration"),
        state.c.announced_end.label("announced_end"),
        # An announced end that passed without news: perhaps lapsed, and certainly not open by itself.
        ended.label("announced_end_passed"),
        func.lower(state.c.valid_during, type_=Date).label("valid_from"),
        func.upper(state.c.valid_during, type_=Date).label("valid_to"),
        _code(state.c.confidence).label("confidence"),
        source_name(state.c.source_id).label("restriction_source"),
        state.c.comment.label("comment"),
    ]


def _code(column: Any) -> ColumnElement[str]:  # noqa: ANN401
    """The column, whose table lets in codes alone."""
    return type_coerce(column, Code)
