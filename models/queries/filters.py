"""Filters of collections, as shapes of statements and values, and their conditions in SQL."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
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

# Metadata of the fields of a filter that are bound as one value: its type in SQL.
SQL_TYPE = "sql_type"
CODES = {SQL_TYPE: ARRAY(Text)}
MOMENT, WHOLE, TRUTH = {SQL_TYPE: DateTime(timezone=True)}, {SQL_TYPE: Integer()}, {SQL_TYPE: Boolean()}


@dataclass(frozen=True, slots=True)
class FeatureFilter:
    """Filter of every collection, checked and typed; None does not filter.

    Values in one field are alternatives; fields narrow one another. `box` holds the halves of a `Box`, or, with
    `box_srid`, of a box in that system; `identity` is the public code of a point or country, or the number of a
    restriction; `most` is the number of wanted rows, if any rows will do. A collection with filters of its own has a
    subclass, whose fields have such metadata.
    """

    days: Days
    as_known_at: dt.datetime | None = field(default=None, metadata=MOMENT)
    iso3s: list[str] | None = field(default=None, metadata=CODES)
    regions: list[str] | None = field(default=None, metadata=CODES)
    box: BoxParts | None = None
    box_srid: int | None = field(default=None, metadata=WHOLE)
    identity: str | int | None = None
    most: int | None = field(default=None, metadata=WHOLE)

    @property
    def is_narrow(self) -> bool:
        """True if a place decides which points match, so that they are few of all."""
        narrowed = (self.iso3s, self.regions, self.box, self.identity)
        return any(part is not None for part in narrowed)


@dataclass(frozen=True, slots=True)
class PointFilter(FeatureFilter):
    """Filter of points of entry; `lifecycles` None means active points only."""

    poe_types: list[str] | None = field(default=None, metadata=CODES)
    lifecycles: list[str] | None = field(default=None, metadata=CODES)
    status_groups: list[str] | None = field(default=None, metadata=CODES)
    operational_statuses: list[str] | None = field(default=None, metadata=CODES)
    is_poe: bool | None = field(default=None, metadata=TRUTH)

    @property
    def has_state_filter(self) -> bool:
        """True if the restriction of the day decides which points match."""
        return self.status_groups is not None or self.operational_statuses is not None


CORNERS = ("west", "south", "east", "north")
# The class of the filter is Any: mypy takes the hash of its instances for its own.
FilterShape = tuple[Any, frozenset[str], int, type]
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
    kind: Any = type(question)
    field_names = frozenset(name for name in _list_field_names(kind) if getattr(question, name) is not None)
    return kind, field_names, len(question.box or ()), type(question.identity)


@cache
def _list_field_names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a class of filters
    return tuple(each.name for each in fields(kind))


@cache
def _map_value_types(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a class of filters
    """Map the fields that are bound as one value to the SQL types of their values."""
    return {each.name: each.metadata[SQL_TYPE] for each in fields(kind) if SQL_TYPE in each.metadata}


def _build_template(shape: FilterShape) -> FeatureFilter:
    """Build a filter of this shape with bound parameters in place of its values."""
    kind, field_names, halves, identity = shape
    first: Any = bindparam("first_day", type_=Date)
    last: Any = bindparam("last_day", type_=Date)
    parts: dict[str, Any] = {
        name: bindparam(name, type_=type_) for name, type_ in _map_value_types(kind).items() if name in field_names
    }
    if halves:
        parts["box"] = tuple(tuple(bindparam(f"{c}_{half}", type_=Float) for c in CORNERS) for half in range(halves))
    if "identity" in field_names:
        parts["identity"] = bindparam("identity", type_=BigInteger if identity is int else Text)
    template: FeatureFilter = kind(Days(first, last), **parts)
    return template


def _collect_values(question: FeatureFilter) -> dict[str, Any]:
    values = {"first_day": question.days.first, "last_day": question.days.last}
    kind: Any = type(question)
    plain = {name: getattr(question, name) for name in (*_map_value_types(kind), "identity")}
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


def matches_register(question: PointFilter) -> ColumnElement[bool]:
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
