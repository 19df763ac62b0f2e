"""The two time axes of a bitemporal record: the days it covers (valid time), and the time while it is current
(transaction time).

`valid_during` is a half-open range of days; `recorded_during` a half-open range of moments, unbounded while the record
is current. Nothing is deleted: a correction closes `recorded_during` and adds a record.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Identity,
    Index,
    Select,
    cast,
    func,
    literal_column,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

Statement = Select[*tuple[Any, ...]]
# -infinity and infinity of PostgreSQL, as asyncpg reads and writes them.
BEGINNING_OF_TIME = dt.date.min
END_OF_TIME = dt.date.max
# SQL literals, for statements that are cached as text: the literal of Python's last day would be that day, not
# infinity.
BEGINNING_OF_TIME_SQL: ColumnElement[dt.date] = literal_column("'-infinity'::date", Date)
END_OF_TIME_SQL: ColumnElement[dt.date] = literal_column("'infinity'::date", Date)


class BitemporalColumns:
    """Columns of a bitemporal table.

    `remainder_of_id` is set if a row is the remainder of a longer record after an update of some of its days.
    """

    __tablename__: str
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    valid_during: Mapped[Range[dt.date]] = mapped_column(DATERANGE)
    recorded_during: Mapped[Range[dt.datetime]] = mapped_column(TSTZRANGE)

    @declared_attr
    def remainder_of_id(cls) -> Mapped[int | None]:  # noqa: N805 - a declared attribute belongs to the class
        return mapped_column(ForeignKey(f"{cls.__tablename__}.id"))


def build_bitemporal_constraints(table: str, *key: str, since_ever: bool = False) -> tuple[SchemaItem, ...]:
    """Build the constraints and indexes for one current record, at any moment, per day and subject (`key`).

    `key` are column names or SQL expressions in brackets. The two indexes return "latest at or before the day" in a
    time that does not grow with history: the first for current records, the second for a past moment.
    """
    latest = (*(text(part) for part in key), text("lower(valid_during) DESC"))
    return (
        *build_range_checks(since_ever=since_ever),
        ExcludeConstraint(
            *((text(part), "=") for part in key),
            ("valid_during", "&&"),
            ("recorded_during", "&&"),
            name=f"{table}_one_belief_a_day",
        ),
        Index(f"{table}_latest_idx", *latest, postgresql_where=text("upper_inf(recorded_during)")),
        Index(f"{table}_latest_as_known_idx", *latest),
    )


def build_range_checks(*, since_ever: bool = False) -> tuple[CheckConstraint, ...]:
    """Build the constraints that a record covers a day, has a first day, and was current for some time, half-open.

    A first day of -infinity needs `since_ever`, and an end of infinity is refused: an open end is unbounded.
    """
    first = "lower(valid_during) < 'infinity'" if since_ever else "isfinite(lower(valid_during))"
    return (
        CheckConstraint(f"{first} AND isfinite(upper(valid_during)) IS NOT FALSE", name="valid_on_finite_days"),
        CheckConstraint("NOT isempty(valid_during) AND NOT lower_inf(valid_during)", name="valid_from_some_day"),
        CheckConstraint("lower_inc(recorded_during) AND NOT upper_inc(recorded_during)", name="recorded_from_a_moment"),
        CheckConstraint("NOT isempty(recorded_during)", name="recorded_for_some_time"),
    )


@dataclass(frozen=True, slots=True)
class Days:
    """First and last requested day, both included; `BEGINNING_OF_TIME` and `END_OF_TIME` for an open side."""

    first: dt.date
    last: dt.date

    @classmethod
    def on(cls, day: dt.date) -> Self:
        return cls(day, day)


def subtract_days(day: Any, count: int) -> ColumnElement[dt.date]:  # noqa: ANN401 - an expression or parameter
    """Build the SQL expression of the day `count` days before `day`, which may be infinite."""
    earlier: ColumnElement[dt.date] = cast(day, Date).op("-", return_type=Date)(count)
    return earlier


def is_current(recorded_during: Any, as_known_at: dt.datetime | None) -> ColumnElement[bool]:  # noqa: ANN401 - a column or attribute
    """Build the SQL condition that the record was current as of the moment `as_known_at`; None: it is current now."""
    if as_known_at is None:
        return func.upper_inf(recorded_during)
    condition: ColumnElement[bool] = recorded_during.contains(as_known_at)
    return condition


def ends_after(valid_during: Any, day: dt.date | ColumnElement[Any]) -> ColumnElement[bool]:  # noqa: ANN401 - a column or attribute
    """Build the SQL condition that the record still holds on `day` or later."""
    return or_(func.upper_inf(valid_during), func.upper(valid_during) > day)


def overlaps(valid_during: Any, days: Days) -> ColumnElement[bool]:  # noqa: ANN401 - a column or attribute
    """Build the SQL condition that the record holds on at least one of the days."""
    return (func.lower(valid_during) <= days.last) & ends_after(valid_during, days.first)


def select_latest(
    records: Statement, table: type[BitemporalColumns], days: Days, as_known_at: dt.datetime | None
) -> Statement:
    """Select the last of `records` (already narrowed to one key) to start by the end of the days.

    The caller joins it on `reaches(valid_during, days.first)`. Records current at one moment share no day, so if the
    last to start does not reach the days, no other does; a test in here would search the whole history for one.
    """
    return (
        records.where(is_current(table.recorded_during, as_known_at), func.lower(table.valid_during) <= days.last)
        .order_by(func.lower(table.valid_during).desc())
        .limit(1)
    )


def shift_day(day: dt.date, days: int) -> dt.date:
    """Return the day `days` later, or earlier if negative, limited to the first and last day of the calendar."""
    ordinal = min(max(day.toordinal() + days, dt.date.min.toordinal()), dt.date.max.toordinal())
    return dt.date.fromordinal(ordinal)
