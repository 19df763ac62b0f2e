"""Filter of the points of entry, the restrictions and the countries, and its conditions in SQL."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    Date,
    DateTime,
    Float,
    Integer,
    Text,
    any_,
    bindparam,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from geo.bbox import BoxParts, is_in_box
from models.codes import list_poe_types
from models.tables.bitemporal import Days, is_current, overlaps
from models.tables.country import Country, Region, RegionMember
from models.tables.point_of_entry import PointOfEntryVersion


@dataclass(frozen=True, slots=True)
class FeatureFilter:
    """Filter, checked and typed; None does not filter, except `lifecycles`: None means active points only.

    Values in one field are alternatives; fields narrow one another. `box` holds the halves of a `Box`, or, with
    `box_srid`, of a box in that system; `identity` is the public code of a point or country, or the number of a
    restriction; `most` is the number of wanted rows, if any rows will do.
    """

    days: Days
    as_known_at: dt.datetime | None = None
    iso3s: list[str] | None = None
    regions: list[str] | None = None
    poe_types: list[str] | None = None
    lifecycles: list[str] | None = None
    status_groups: list[str] | None = None
    operational_statuses: list[str] | None = None
    is_poe: bool | None = None
    box: BoxParts | None = None
    box_srid: int | None = None
    identity: str | int | None = None
    most: int | None = None

    @property
    def has_state_filter(self) -> bool:
        """True if the restriction of the day decides which points match."""
        return self.status_groups is not None or self.operational_statuses is not None

    @property
    def is_narrow(self) -> bool:
        """True if a place decides which points match, so that they are few of all."""
        narrowed = (self.iso3s, self.regions, self.box, self.identity)
        return any(part is not None for part in narrowed)


FILTER_FIELDS = tuple(field.name for field in fields(FeatureFilter))
LIST_FIELDS = ("iso3s", "regions", "poe_types", "lifecycles", "status_groups", "operational_statuses")
VALUE_FIELDS = (*LIST_FIELDS, "as_known_at", "is_poe", "identity", "box_srid", "most")
CORNERS = ("west", "south", "east", "north")
FilterShape = tuple[frozenset[str], int, type]
# Each takes up to 1.7 MB. Only trees with shapes that clients cannot vary at will are cached.
MAX_TREES = 32


class StatementTemplate(NamedTuple):
    """Statement by its builder and the shape of the filter: equal ones have equal text, which is cached."""

    build: Callable[..., Any]
    shape: FilterShape
    more: tuple[Any, ...]

    def build_statement(self) -> Any:  # noqa: ANN401 - what `build` makes
        """Return SQLAlchemy's statement, built each time: its tree takes a megabyte, and its text 30 kB."""
        return self.build(_build_template(self.shape), *self.more)


# Executes a shaped statement with its values, on a connection of the caller.
RunStatement = Callable[[StatementTemplate, Mapping[str, Any]], Awaitable[CursorResult[*tuple[Any, ...]]]]


def create_statement_template(
    build: Callable[..., Any],
    question: FeatureFilter,
    *more: Any,  # noqa: ANN401 - further arguments of `build`
) -> tuple[StatementTemplate, dict[str, Any]]:
    """Return the statement of `build` for filters of this shape, not built yet, and this filter's values.

    The shape is the set of fields that the filter has; `more` belongs to it.
    """
    return StatementTemplate(build, _get_shape(question), more), _collect_values(question)


def build_cached_statement(
    build: Callable[..., Any],
    question: FeatureFilter,
    *more: Any,  # noqa: ANN401 - further arguments of `build`
) -> tuple[Any, dict[str, Any]]:
    """Return the statement of `build` for filters of this shape, cached, and this filter's values.

    The shape is the set of fields that the filter has. Building a statement takes SQLAlchemy twenty times as long as
    PostgreSQL takes to execute it, so each shape is built once, with parameters in place of values.
    """
    return _build_cached(build, _get_shape(question), *more), _collect_values(question)


def build_uncached_statement(
    build: Callable[..., Any],
    question: FeatureFilter,
    *more: Any,  # noqa: ANN401 - further arguments of `build`
) -> tuple[Any, dict[str, Any]]:
    """Return the statement and its values without caching, for filters that will hardly be repeated."""
    return build(_build_template(_get_shape(question)), *more), _collect_values(question)


@lru_cache(maxsize=MAX_TREES)
def _build_cached(build: Callable[..., Any], shape: FilterShape, *more: Any) -> Any:  # noqa: ANN401 - what `build` makes
    return build(_build_template(shape), *more)


def _get_shape(question: FeatureFilter) -> FilterShape:
    field_names = frozenset(name for name in FILTER_FIELDS if getattr(question, name) is not None)
    return field_names, len(question.box or ()), type(question.identity)


def _build_template(shape: FilterShape) -> FeatureFilter:
    """Build a filter of this shape with bound parameters in place of its values."""
    field_names, halves, identity = shape
    first: Any = bindparam("first_day", type_=Date)
    last: Any = bindparam("last_day", type_=Date)
    parts: dict[str, Any] = {name: bindparam(name, type_=ARRAY(Text)) for name in LIST_FIELDS if name in field_names}
    if "as_known_at" in field_names:
        parts["as_known_at"] = bindparam("as_known_at", type_=DateTime(timezone=True))
    if "is_poe" in field_names:
        parts["is_poe"] = bindparam("is_poe")
    if halves:
        if "box_srid" in field_names:
            parts["box_srid"] = bindparam("box_srid", type_=Integer)
        parts["box"] = tuple(tuple(bindparam(f"{c}_{half}", type_=Float) for c in CORNERS) for half in range(halves))
    if "identity" in field_names:
        parts["identity"] = bindparam("identity", type_=BigInteger if identity is int else Text)
    if "most" in field_names:
        parts["most"] = bindparam("most", type_=Integer)
    return FeatureFilter(Days(first, last), **parts)


def _collect_values(question: FeatureFilter) -> dict[str, Any]:
    values = {"first_day": question.days.first, "last_day": question.days.last}
    plain = {name: getattr(question, name) for name in VALUE_FIELDS}
    corners = {
        f"{name}_{half}": degrees
        for half, corners in enumerate(question.box or ())
        for name, degrees in zip(CORNERS, corners, strict=True)
    }
    return values | {name: value for name, value in plain.items() if value is not None} | corners


def is_one_of(value: Any, codes: Any) -> ColumnElement[bool]:  # noqa: ANN401 - an expression; an array parameter
    """Build the SQL condition that the value is one of the codes.

    One parameter for all codes keeps their number out of the shape.
    """
    condition: ColumnElement[bool] = value == any_(codes)
    return condition


def is_in_countries(iso3: Any, question: FeatureFilter) -> ColumnElement[bool]:  # noqa: ANN401 - a column or attribute
    """Build the SQL condition that the country is in the filter, or in a region of the filter on the filter's days."""
    condition: ColumnElement[bool] = true()
    if question.iso3s is not None:
        condition &= is_one_of(iso3, question.iso3s)
    if question.regions is not None:
        members = select(RegionMember.iso3).where(
            is_one_of(RegionMember.region_code, question.regions), overlaps(RegionMember.valid_during, question.days)
        )
        condition &= iso3.in_(members)
    return condition


def matches_register(question: FeatureFilter) -> ColumnElement[bool]:
    """Build the SQL condition on PointOfEntryVersion that the point's entry matches, on any day."""
    version = PointOfEntryVersion
    condition = is_current(version.recorded_during, question.as_known_at) & is_in_countries(version.iso3, question)
    if question.poe_types is not None:
        condition &= is_one_of(version.poe_type, question.poe_types)
    if question.is_poe is not None:
        condition &= is_poe(version.poe_type) == question.is_poe
    if question.box is not None:
        condition &= is_in_box(version.geometry, question.box, question.box_srid)
    return condition


def is_poe(poe_type: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column or attribute
    """Build the SQL condition that points of this type are points of entry, not key locations of internal mobility."""
    condition: ColumnElement[bool] = poe_type.in_(list_poe_types())
    return condition


def select_unknown_countries(iso3s: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's compound select
    """Select the codes without a country, so that a misspelt code is not an empty response."""
    return select(func.unnest(cast(list(iso3s), ARRAY(Text)))).except_(select(Country.iso3))


def select_unknown_regions(regions: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's compound select
    """Select the codes without a region."""
    return select(func.unnest(cast(list(regions), ARRAY(Text)))).except_(select(Region.code))
