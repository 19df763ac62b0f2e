"""Traveller's attributes, and SQL conditions for the measures that concern the traveller.

A missing attribute stays open: a measure is about the traveller `SURELY`, `PERHAPS`, or not at all (`NOT`).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, any_, bindparam, case, false, func, literal, or_

from models.tables.restriction import RestrictionMeasure

NOT, PERHAPS, SURELY = 0, 1, 2
NATIONALS = "nationals"
# By the definitions of the list `traffic` these are not passengers, but part of the traffic that they work in.
CARGO_POPULATIONS = ("crew", "truck_drivers")
measure = RestrictionMeasure
# Parameters of every statement with a traveller; null if the request leaves the attribute open.
POPULATION = bindparam("population", type_=Text)
NATIONALITY = bindparam("nationality", type_=Text)
Flag = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Traveller:
    """Code of `affected_population` and ISO alpha-3 code of a nationality; None leaves it open.

    A given population is the only one: a request for a member of it that is also a national gives the nationality.
    """

    population: str | None = None
    nationality: str | None = None

    def values(self) -> dict[str, str | None]:
        """Return the values of the parameters `population` and `nationality`."""
        return {"population": self.population, "nationality": self.nationality}


def is_national(iso3: Any) -> Flag:  # noqa: ANN401 - a column
    """Build the SQL condition that they are nationals of the country `iso3`; null if unknown."""
    by_population = case((POPULATION.is_not(None), POPULATION == NATIONALS))
    return func.coalesce(iso3 == NATIONALITY, by_population)


def is_with_cargo() -> Flag:
    """Build the SQL condition that they cross as part of the traffic that they work in, and not as passengers."""
    return func.coalesce(POPULATION.in_(CARGO_POPULATIONS), false())


def applies_to_direction(direction: Any) -> Flag:  # noqa: ANN401 - a column or literal
    """Build the SQL condition that the RestrictionMeasure is for this direction, and for traffic that they can be part
    of.
    """
    named = any_(measure.affected_populations) == POPULATION
    theirs = case((is_with_cargo(), or_(measure.traffic == "cargo", named)), else_=measure.traffic == "passenger")
    return and_(or_(measure.direction == "both", measure.direction == direction), or_(measure.traffic == "all", theirs))


def has_target_group() -> Flag:
    """Build the SQL condition that the RestrictionMeasure is about some people only."""
    return or_(func.cardinality(measure.affected_populations) > 0, measure.nationality_rule != "all")


def applies(iso3: Any) -> ColumnElement[int]:  # noqa: ANN401 - a column
    """Build the SQL expression of how surely the RestrictionMeasure, of a point of the country `iso3`, is
    about them.
    """
    return func.least(_match_population(iso3), _match_nationality(iso3), type_=Integer)


def match_target_group(iso3: Any) -> ColumnElement[int]:  # noqa: ANN401 - a column
    """Build the SQL expression of how surely the RestrictionMeasure lists them, by population or nationality.

    A measure for everybody lists nobody, and one for all but some nationalities lists these.
    """
    is_listed = _build_nationality(iso3) == any_(measure.nationalities)
    by_nationality = case((_build_nationality(iso3).is_(None), PERHAPS), (is_listed, SURELY), else_=NOT)
    return case(
        (measure.nationality_rule != "all", func.least(_match_population(iso3), by_nationality)),
        (func.cardinality(measure.affected_populations) > 0, _match_population(iso3)),
        else_=NOT,
    )


def _match_population(iso3: Any) -> ColumnElement[int]:  # noqa: ANN401
    listed, national = measure.affected_populations, is_national(iso3)
    of_nationals = literal(NATIONALS) == any_(listed)
    others = func.cardinality(func.array_remove(listed, NATIONALS)) > 0
    return case(
        (func.cardinality(listed) == 0, SURELY),
        (and_(POPULATION != NATIONALS, any_(listed) == POPULATION), SURELY),
        (and_(of_nationals, national), SURELY),
        (literal("unknown") == any_(listed), PERHAPS),
        (and_(of_nationals, national.is_(None)), PERHAPS),
        (and_(POPULATION.is_(None), others), PERHAPS),
        else_=NOT,
    )


def _match_nationality(iso3: Any) -> ColumnElement[int]:  # noqa: ANN401
    nationality = _build_nationality(iso3)
    listed = nationality == any_(measure.nationalities)
    is_listed = case((listed, SURELY), else_=NOT)
    is_not_listed = case((listed, NOT), else_=SURELY)
    return case(
        (measure.nationality_rule == "all", SURELY),
        (nationality.is_(None), PERHAPS),
        (measure.nationality_rule == "only", is_listed),
        else_=is_not_listed,
    )


def _build_nationality(iso3: Any) -> Any:  # noqa: ANN401 - an expression
    """Build the SQL expression of their nationality: for nationals, the country of the point; null if unknown."""
    return func.coalesce(NATIONALITY, case((POPULATION == NATIONALS, iso3)))
