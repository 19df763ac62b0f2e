"""The answer by day: each point of entry with its entry in the register and what held there."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, cast, func, lateral, literal, or_, select, true
from sqlalchemy.orm import aliased

from models.assessment import Assessment
from models.country import Country
from models.country_measure import CountryMeasure
from models.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.question import Question, in_register, is_poe, one_of
from models.restriction import Restriction
from models.source import Source
from models.time_axes import FOR_EVER, Days, latest, reaches

version = PointOfEntryVersion
OtherSource = aliased(Source)


def points_answering(question: Question) -> Select[*tuple[Any, ...]]:
    """Statement giving one row per point: `key` to page by, `id`, `geometry`, and its properties.

    A point no office assessed for the days has `assessed` false, status `unknown` and null for all else that an
    assessment says. An interval gives the last state within it; the register's entry is that of its last day.
    """
    state, assessed = state_of_the_day(question), last_assessment(question)
    # Outer joins, though each finds its row: the planner leaves out those of which nothing is asked for.
    return (
        select(
            PointOfEntry.id.label("key"),
            PointOfEntry.code.label("id"),
            version.geometry.label("geometry"),
            *_register_entry(),
            *_state(state, question.days),
            assessed.c.assessed_on.label("last_assessed"),
            *(level_of_the_day(name, question) for name in ("international_travel", "internal_movement")),
        )
        .select_from(version)
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .outerjoin(Source, Source.id == version.source_id)
        .outerjoin(Country, Country.iso3 == version.iso3)
        .outerjoin(state, reaches(state.c.valid_during, question.days.first))
        .outerjoin(OtherSource, OtherSource.id == state.c.source_id)
        .outerjoin(assessed, true())
        .where(answers(question, state))
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


def state_of_the_day(question: Question, name: str = "state") -> Any:  # noqa: ANN401 - a lateral subquery
    """The restriction to join to PointOfEntryVersion, on `reaches`: the last one to start by the end of the days."""
    r = Restriction
    records = select(r).where(r.point_of_entry_id == version.point_of_entry_id)
    return lateral(latest(records, r, question.days, question.as_known_at)).alias(name)


def last_assessment(question: Question) -> Any:  # noqa: ANN401 - a lateral subquery
    """The last assessment by the end of the days to join to PointOfEntryVersion."""
    statement = select(func.max(Assessment.assessed_on).label("assessed_on")).where(
        Assessment.point_of_entry_id == version.point_of_entry_id, Assessment.assessed_on <= question.days.last
    )
    if question.as_known_at is not None:
        statement = statement.where(Assessment.recorded_at <= question.as_known_at)
    return lateral(statement).alias("assessed")


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


def level_of_the_day(indicator: str, question: Question) -> ColumnElement[int]:
    """SQL expression: the level of `indicator` that Country imposes on all, null where nobody recorded one.

    Not a join: that one looked the levels up for each point also where nobody had asked for them.
    """
    last = measure_of_the_day(indicator, question)
    level = select(cast(last.c.level, Integer)).where(reaches(last.c.valid_during, question.days.first))
    return level.correlate(Country).scalar_subquery().label(indicator)


def answers(question: Question, state: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """SQL condition: the point answers, by its register entry and `state`, that of the day.

    Proposals are never public. What is retired or merged is answered by its code, and no longer listed.
    """
    on = question.days.last
    condition = in_register(question) & (func.lower(version.valid_during) <= on)
    condition &= or_(func.upper_inf(version.valid_during), func.upper(version.valid_during) > on)
    if question.identity is None:
        condition &= version.lifecycle == "active"
    else:
        condition &= and_(PointOfEntry.code == question.identity, version.lifecycle != "proposed")
    if question.status_groups is not None:
        condition &= one_of(func.coalesce(state.c.status_group, "unknown"), question.status_groups)
    if question.operational_statuses is not None:
        condition &= one_of(func.coalesce(state.c.operational_status, "unknown"), question.operational_statuses)
    return condition


def _register_entry() -> list[ColumnElement[Any]]:
    return [
        PointOfEntry.code.label("code"),
        version.name.label("name"),
        version.poe_type.label("poe_type"),
        is_poe(version.poe_type).label("is_poe"),
        version.subtype.label("subtype"),
        version.iso3.label("country"),
        func.coalesce(Country.display_name, Country.name).label("country_name"),
        version.other_iso3.label("other_country"),
        version.admin1_name.label("admin1_name"),
        version.admin1_code.label("admin1_code"),
        version.municipality.label("municipality"),
        version.iata.label("iata"),
        version.icao.label("icao"),
        version.unlocode.label("unlocode"),
        version.official_status.label("official_status"),
        version.ihr_designated.label("ihr_designated"),
        version.opening_hours.label("opening_hours"),
        version.lifecycle.label("lifecycle"),
        version.coordinate_precision.label("coordinate_precision"),
        Source.name.label("source"),
        version.licence.label("licence"),
    ]


def _state(state: Any, days: Days) -> list[ColumnElement[Any]]:  # noqa: ANN401
    ended = state.c.announced_end < func.nullif(days.last, literal(FOR_EVER, Date))
    return [
        state.c.id.is_not(None).label("assessed"),
        func.coalesce(state.c.operational_status, "unknown").label("operational_status"),
        func.coalesce(state.c.status_group, "unknown").label("status_group"),
        state.c.measures.label("measures"),
        state.c.affected_populations.label("affected_populations"),
        state.c.expected_duration.label("expected_duration"),
        state.c.announced_end.label("announced_end"),
        # An announced end that passed without news: perhaps lapsed, and certainly not open by itself.
        ended.label("announced_end_passed"),
        func.lower(state.c.valid_during, type_=Date).label("valid_from"),
        func.upper(state.c.valid_during, type_=Date).label("valid_to"),
        state.c.confidence.label("confidence"),
        OtherSource.name.label("restriction_source"),
        state.c.comment.label("comment"),
    ]
