"""Passability of a point for a traveller: the one rule, as SQL. docs/accessibility.md has it in words.

The status determines which people pass in a direction. Denying measures exclude the people that they are about;
exceptions to these measures let people through, with any status; every other measure is a condition. If the result
depends on a missing attribute of the traveller, it is `conditional`. A population in no measure, where only some pass,
is `unknown`.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, case, cast, func, lateral, literal, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array

from models.analysis.traveller import (
    NATIONALITY,
    NOT,
    PERHAPS,
    POPULATION,
    SURELY,
    applies,
    applies_to_direction,
    has_target_group,
    is_national,
    is_with_cargo,
    match_target_group,
)
from models.codes import get_code_list
from models.tables.restriction import RestrictionMeasure

YES, CONDITIONAL, NO, UNKNOWN, NOT_ASSESSED = "yes", "conditional", "no", "unknown", "not_assessed"
# Passability instead of an outdated one: see models/analysis/staleness.py.
NOT_KNOWN_LATELY = "not_known_lately"
ENTRY, EXIT = literal("entry", Text), literal("exit", Text)
DIRECTIONS = {"entry": ENTRY, "exit": EXIT}
# All other measures are conditions.
DENYING_MEASURES = tuple(item.code for item in get_code_list("measure").items if item.denies_passage)
# The status for returning people, and the populations that it lets pass.
RETURNING_ONLY = "returning_nationals_and_residents_only"
RETURNING_POPULATIONS = ("returning_migrants", "repatriated_migrants")
# A status that lets an unspecified part of the people pass keeps its own code.
PARTIAL = "partially_operational"
measure = RestrictionMeasure
Expression = ColumnElement[Any]


def select_passability(state: Any, iso3: Any, direction: Any, name: str = "passage") -> Any:  # noqa: ANN401 - a lateral subquery; columns
    """Select one row of `passable` and `conditions`, to join to `state`: the restriction of the day at a point of
    `iso3`.

    `direction` is ENTRY, EXIT or a column of these. `passable` is a code of that list; a state joined as null was not
    assessed. `conditions`, null unless the answer is `conditional`, are codes of `measure`, after the status if it is a
    reason. The statement has the parameters of a `Traveller`. An announced end that passed changes nothing.
    """
    summary = _summarize_measures(state, iso3, direction).subquery("found")
    lifted = _apply_exceptions(summary)
    # A measure for everybody denies passage, but the status allows it: one is wrong, so neither decides.
    contradicts = and_(summary.c.status.in_((YES, CONDITIONAL)), ~summary.c.denies_by_name)
    passable = case(
        (state.c.id.is_(None), NOT_ASSESSED),
        (lifted == NO, NO),
        (and_(summary.c.denied == SURELY, ~contradicts), NO),
        (lifted == UNKNOWN, UNKNOWN),
        (or_(lifted == CONDITIONAL, summary.c.denied > NOT, func.cardinality(summary.c.limiting) > 0), CONDITIONAL),
        else_=YES,
    )
    no_codes = cast([], ARRAY(Text))
    by_status = case((lifted == CONDITIONAL, array([state.c.operational_status])), else_=no_codes)
    conditions = case((passable == CONDITIONAL, func.array_cat(by_status, summary.c.limiting)), else_=null())
    answer = select(passable.label("passable"), conditions.label("conditions")).select_from(summary)
    # Correlate everything except `summary`: SQLAlchemy would add `state` to FROM a second time.
    return lateral(answer.correlate_except(summary)).alias(name)


def _resolve_status(status: Any, iso3: Any, direction: Any) -> Expression:  # noqa: ANN401
    """Return the result of the status alone for the direction: YES, NO, UNKNOWN, CONDITIONAL, or SOME."""
    is_entry = direction == "entry"
    return case(
        (status == "open", YES),
        (status == "closed", NO),
        (status == "closed_for_entry", case((is_entry, NO), else_=YES)),
        (status == "closed_for_exit", case((is_entry, YES), else_=NO)),
        (status == "commercial_traffic_only", case((is_with_cargo(), YES), else_=NO)),
        (and_(status == RETURNING_ONLY, is_entry), _resolve_returning(iso3)),
        (status == PARTIAL, PARTIAL),
        else_=UNKNOWN,
    )


def _resolve_returning(iso3: Any) -> Expression:  # noqa: ANN401
    """Return the result of the status for returning people: YES for nationals and returning migrants, NO for tourists,
    CONDITIONAL for possible residents.
    """
    return case(
        (or_(is_national(iso3), and_(POPULATION.in_(RETURNING_POPULATIONS), NATIONALITY.is_(None))), YES),
        (POPULATION == "tourists", NO),
        else_=CONDITIONAL,
    )


def _apply_exceptions(summary: Any) -> Expression:  # noqa: ANN401
    """Return the result of status and exceptions."""
    status = summary.c.status
    let_some = case((summary.c.let_in == PERHAPS, CONDITIONAL), else_=NO)
    return case(
        (or_(status == YES, summary.c.let_in == SURELY), YES),
        (status == NO, let_some),
        (status == PARTIAL, _resolve_partial(summary, let_some)),
        else_=status,
    )


def _resolve_partial(summary: Any, let_some: Expression) -> Expression:  # noqa: ANN401
    """Return the result of a status that lets only some pass.

    A list of excluded people does not mean that all others pass: asylum seekers, in no record, would get a yes at
    borders that were closed to them.
    """
    not_named = case((POPULATION.is_not(None), UNKNOWN), else_=CONDITIONAL)
    is_limited = func.cardinality(summary.c.limiting) > 0
    return case(
        (and_(summary.c.tells_whom, ~summary.c.tells_whom_not), let_some),
        (summary.c.named == NOT, not_named),
        (and_(summary.c.named == PERHAPS, ~is_limited), CONDITIONAL),
        else_=YES,
    )


def _summarize_measures(state: Any, iso3: Any, direction: Any) -> Any:  # noqa: ANN401 - a select
    """Select one row of the status's result and of all measures of the state together.

    The status is a column here to be evaluated once: PostgreSQL would inline it into each place that uses it.
    """
    each = _select_measures(state, iso3, direction)
    denies = each.c.measure.in_(DENYING_MEASURES)
    left = case(
        (each.c.excepted == SURELY, NOT),
        (each.c.excepted == PERHAPS, func.least(each.c.said, PERHAPS)),
        else_=each.c.said,
    )
    in_turn = aggregate_order_by(each.c.measure, each.c.measure)
    by_name = and_(left == SURELY, each.c.said_by_name == SURELY)
    return (
        select(
            _resolve_status(state.c.operational_status, iso3, direction).label("status"),
            func.coalesce(func.max(left).filter(denies), NOT, type_=Integer).label("denied"),
            func.coalesce(func.bool_or(by_name).filter(denies), False).label("denies_by_name"),
            func.coalesce(func.max(each.c.excepted).filter(denies), NOT, type_=Integer).label("let_in"),
            func.coalesce(func.max(each.c.named), NOT, type_=Integer).label("named"),
            func.coalesce(func.bool_or(each.c.is_said).filter(denies), False).label("tells_whom_not"),
            func.coalesce(func.bool_or(each.c.is_excepted).filter(denies), False).label("tells_whom"),
            func.coalesce(func.array_agg(in_turn).filter(left > NOT), cast([], ARRAY(Text)), type_=ARRAY(Text)).label(
                "limiting"
            ),
        )
        .select_from(each)
        .correlate_except(each)
    )


def _select_measures(state: Any, iso3: Any, direction: Any) -> Any:  # noqa: ANN401
    """Select one row for each measure of the direction: how surely it is about the traveller, and excepts them."""
    of_state = and_(measure.restriction_id == state.c.id, applies_to_direction(direction))
    row = (
        select(
            measure.measure,
            measure.is_exception,
            has_target_group().label("names_somebody"),
            applies(iso3).label("about"),
            match_target_group(iso3).label("named"),
        )
        .where(of_state)
        .correlate_except(measure)
        .subquery("measure_row")
    )
    return (
        select(
            row.c.measure,
            func.coalesce(func.max(row.c.about).filter(~row.c.is_exception), NOT).label("said"),
            func.coalesce(func.max(row.c.about).filter(~row.c.is_exception, row.c.names_somebody), NOT).label(
                "said_by_name"
            ),
            func.coalesce(func.max(row.c.about).filter(row.c.is_exception), NOT).label("excepted"),
            func.max(row.c.named).label("named"),
            func.bool_or(~row.c.is_exception).label("is_said"),
            func.bool_or(row.c.is_exception).label("is_excepted"),
        )
        .group_by(row.c.measure)
        .correlate_except(row)
        .subquery("each_measure")
    )


def combine_passability(leaving: str, arriving: str) -> str:
    """Combine the passability out of one side and into the other.

    A side that denies passage decides; then a side without an assessment, a recent status or enough information.
    """
    order = (NO, NOT_ASSESSED, NOT_KNOWN_LATELY, UNKNOWN, CONDITIONAL, YES)
    return next(answer for answer in order if answer in {leaving, arriving})
