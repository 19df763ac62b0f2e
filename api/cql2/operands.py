"""Operands of operators and functions: nodes of the tree with their kind and their SQL."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Text,
    cast,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import TypeEngine

from api.cql2.bad_filter import BadFilter, shown
from api.cql2.expression import Expression, bind_value, combine
from api.cql2.instants import instant
from api.cql2.literals import MOST_DIGITS
from api.cql2.queryables import Kind
from api.cql2.tree import Array, Instant, Interval, Literal, Node, Property
from api.values.numbers import WHOLE, parse_number
from api.values.truths import parse_truth

NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})
TIMES = frozenset({Kind.DATE, Kind.TIMESTAMP})
ORDERED = frozenset({Kind.STRING, Kind.BOOLEAN, *NUMBERS, *TIMES})
TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.STRING: Text(),
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Date(),
    Kind.TIMESTAMP: DateTime(timezone=True),
    Kind.STRINGS: ARRAY(Text),
}


@dataclass(frozen=True, slots=True)
class Value:
    """Single value, with its kind."""

    node: Node
    kind: Kind
    sql: Expression
    is_day_after: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Interval; None for an open side."""

    node: Interval
    start: Value | None
    end: Value | None


@dataclass(frozen=True, slots=True)
class Items:
    """Literal array."""

    node: Array
    items: tuple["Operand", ...]


Operand = Value | Span | Items


def bound(node: Node, value: str | float | dt.date) -> Value:
    """Bind a literal value as a parameter, never as text of the statement."""
    kind = _kind_of(value)
    return Value(node, kind, bind_value(value, TYPES[kind]))


def value(operand: Operand) -> Value:
    """Return the operand, or raise BadFilter if it is an interval or a list."""
    if isinstance(operand, Value):
        return operand
    hint = "T_INTERSECTS and its like" if isinstance(operand, Span) else "A_CONTAINS and its like, or IN"
    raise BadFilter(f"{described(operand)} is not compared like a single value", operand.node.position, hint)


def condition(operand: Operand) -> Expression:
    """Return the operand's SQL, or raise BadFilter if it is not true or false."""
    boolean = of_kind(operand, frozenset({Kind.BOOLEAN}))
    return boolean.sql


def of_kind(operand: Operand, kinds: frozenset[Kind]) -> Value:
    """Return the operand, or raise BadFilter if its kind is not among the kinds."""
    if isinstance(operand, Value) and operand.kind in kinds:
        return operand
    expected = " or ".join(sorted(kinds))
    raise BadFilter(f"{described(operand)} has no place here", operand.node.position, expected)


def alike(operands: Sequence[Operand]) -> list[Value]:
    """Return values that can be compared with one another, or raise BadFilter.

    If one is a date, days are compared: a moment counts as its day, in UTC. Text beside times is read as a time, text
    beside a number as a number, 1 and 0 beside a truth value as true and false, because QGIS and GDAL write them this
    way.
    """
    values = _with_literals_as_properties([value(operand) for operand in operands])
    if any(each.kind in TIMES for each in values):
        return times(values)
    first, *others = values
    for each in others or values:
        if not _is_like(first, each):
            raise _not_alike(first, each)
    return values


def _with_literals_as_properties(values: list[Value]) -> list[Value]:
    """Convert the literals to the kind of the values they are compared with, if possible."""
    compared = next((each.kind for each in values if not isinstance(each.node, Literal)), None)
    if compared not in READ_AS:
        return values
    return [_read_as(READ_AS[compared], each) if isinstance(each.node, Literal) else each for each in values]


def _read_as(read: Callable[[Any], Any], literal: Value) -> Value:
    try:
        return bound(literal.node, read(literal.node.value))  # type: ignore[attr-defined]
    except ValueError:
        return literal


def _as_number(literal: Any) -> Any:  # noqa: ANN401 - a literal
    if not isinstance(literal, str):
        return literal
    return int(literal) if WHOLE.fullmatch(literal) and len(literal) <= MOST_DIGITS else parse_number(literal)


def _as_truth(literal: Any) -> Any:  # noqa: ANN401 - a literal
    return (
        literal if isinstance(literal, bool) else parse_truth(literal if isinstance(literal, str) else f"{literal:g}")
    )


READ_AS: dict[Kind | None, Callable[[Any], Any]] = {
    Kind.INTEGER: _as_number,
    Kind.NUMBER: _as_number,
    Kind.BOOLEAN: _as_truth,
}


def times(values: Sequence[Value]) -> list[Value]:
    """Return dates or moments that can be compared, or raise BadFilter."""
    instants = [time_of(each) for each in values]
    kind = Kind.DATE if any(each.kind is Kind.DATE for each in instants) else Kind.TIMESTAMP
    return [Value(each.node, kind, at(each, kind), each.is_day_after) for each in instants]


def time_of(operand: Value) -> Value:
    """Return the date or moment; parse a literal text as one. Raise BadFilter for other values."""
    if operand.kind in TIMES:
        return operand
    match operand.node:
        case Literal(value=str() as text):
            return bound(operand.node, instant(_without_empty_time(text), operand.node.position))
    raise BadFilter(f"{described(operand)} is no time", operand.node.position, "a date or a moment")


def _without_empty_time(text: str) -> str:
    """Strip the empty time of a day that GDAL writes as `2020-08-01T`."""
    return text[:-1] if text[-1:] in ("T", "t") else text


def at(time: Value, kind: Kind) -> Expression:
    """Convert the time to the kind, date or moment; a date is never converted to a moment."""
    if time.kind is kind:
        return time.sql
    match time.node:
        case Instant(value=dt.datetime() as moment):
            return bind_value(moment.date(), Date())
    return combine("day of", lambda moment: cast(func.timezone("UTC", moment), Date), time.sql)


def described(operand: Operand) -> str:  # noqa: PLR0911 - a case for each kind of node
    """Describe the operand for a message."""
    match operand:
        case Span():
            return "an interval"
        case Items():
            return "a list of values"
    match operand.node:
        case Property(name=name):
            return f"{shown(name)} ({operand.kind})"
        case Literal(value=str() as text):
            return f"the text '{shown(text)}'"
        case Literal(value=bool()):
            return "a truth value"
        case Literal(value=number):
            return f"the number {shown(str(number))}"
    return str(operand.kind)


def array_of(expressions: Sequence[Expression], kind: Kind = Kind.STRING) -> Expression:
    """Build one array of the values, of this kind. Literals become one bound value, for any number of them.

    PostgreSQL only compares arrays of the same type, so all numbers are doubles there.
    """
    array_type = ARRAY(TYPES[Kind.NUMBER if kind in NUMBERS else kind])
    if all(each.is_value for each in expressions):
        return bind_value([each.values[0] for each in expressions], array_type)
    return combine(("array", kind), lambda *items: cast(array(items), array_type), *expressions)


def _is_like(one: Value, other: Value) -> bool:
    return {one.kind, other.kind} <= NUMBERS or (one.kind is other.kind and one.kind in ORDERED)


def _not_alike(one: Value, other: Value) -> BadFilter:
    kinds = {one.kind, other.kind}
    expected = f"{one.kind} to compare with {described(one)}"
    if Kind.STRINGS in kinds:
        expected = "A_CONTAINS and its like for lists"
    if Kind.GEOMETRY in kinds:
        expected = "S_INTERSECTS and its like for geometries"
    return BadFilter(f"{described(one)} and {described(other)} cannot be compared", other.node.position, expected)


def _kind_of(value: str | float | dt.date) -> Kind:
    kinds = {bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.NUMBER, str: Kind.STRING, dt.date: Kind.DATE}
    return kinds.get(type(value), Kind.TIMESTAMP)
