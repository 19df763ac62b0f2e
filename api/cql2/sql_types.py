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

from api.cql2.ast import Array, Instant, Interval, Literal, Node, Property
from api.cql2.errors import BadFilter, format_excerpt
from api.cql2.literals import MAX_DIGITS, parse_instant
from api.cql2.queryables import ValueKind
from api.cql2.sql_expression import Expression, bind_value, combine
from api.values.numbers import WHOLE_PATTERN, parse_number, parse_truth

NUMBER_KINDS = frozenset({ValueKind.INTEGER, ValueKind.NUMBER})
TIME_KINDS = frozenset({ValueKind.DATE, ValueKind.TIMESTAMP})
ORDERED_KINDS = frozenset({ValueKind.STRING, ValueKind.BOOLEAN, *NUMBER_KINDS, *TIME_KINDS})
SQL_TYPES: dict[ValueKind, TypeEngine[Any]] = {
    ValueKind.STRING: Text(),
    ValueKind.INTEGER: BigInteger(),
    ValueKind.NUMBER: Double(),
    ValueKind.BOOLEAN: Boolean(),
    ValueKind.DATE: Date(),
    ValueKind.TIMESTAMP: DateTime(timezone=True),
    ValueKind.STRINGS: ARRAY(Text),
}


@dataclass(frozen=True, slots=True)
class Value:
    """Single value, with its kind."""

    node: Node
    kind: ValueKind
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


def bind_literal(node: Node, value: str | float | dt.date) -> Value:
    """Bind a literal value as a parameter, never as text of the statement."""
    kind = _get_kind(value)
    return Value(node, kind, bind_value(value, SQL_TYPES[kind]))


def require_value(operand: Operand) -> Value:
    """Return the operand, or raise BadFilter if it is an interval or a list."""
    if isinstance(operand, Value):
        return operand
    hint = (
        "a temporal function such as T_INTERSECTS"
        if isinstance(operand, Span)
        else "an array function such as A_CONTAINS, or IN"
    )
    raise BadFilter(f"{describe_operand(operand)} is not compared like a single value", operand.node.position, hint)


def require_condition(operand: Operand) -> Expression:
    """Return the operand's SQL, or raise BadFilter if it is not true or false."""
    boolean = require_kind(operand, frozenset({ValueKind.BOOLEAN}))
    return boolean.sql


def require_kind(operand: Operand, kinds: frozenset[ValueKind]) -> Value:
    """Return the operand, or raise BadFilter if its kind is not among the kinds."""
    if isinstance(operand, Value) and operand.kind in kinds:
        return operand
    expected = " or ".join(sorted(kinds))
    raise BadFilter(f"{describe_operand(operand)} is not allowed here", operand.node.position, expected)


def align_kinds(operands: Sequence[Operand]) -> list[Value]:
    """Return values that can be compared with one another, or raise BadFilter.

    If one is a date, days are compared: a moment counts as its day, in UTC. Text beside times is read as a time, text
    beside a number as a number, 1 and 0 beside a truth value as true and false, because QGIS and GDAL write them this
    way.
    """
    values = _convert_literals([require_value(operand) for operand in operands])
    if any(each.kind in TIME_KINDS for each in values):
        return align_times(values)
    first, *others = values
    for each in others or values:
        if not _is_comparable(first, each):
            raise _build_mismatch_error(first, each)
    return values


def _convert_literals(values: list[Value]) -> list[Value]:
    """Convert the literals to the kind of the values they are compared with, if possible."""
    compared = next((each.kind for each in values if not isinstance(each.node, Literal)), None)
    if compared not in LITERAL_CONVERTERS:
        return values
    return [_read_as(LITERAL_CONVERTERS[compared], each) if isinstance(each.node, Literal) else each for each in values]


def _read_as(read: Callable[[Any], Any], literal: Value) -> Value:
    try:
        return bind_literal(literal.node, read(literal.node.value))  # type: ignore[attr-defined]
    except ValueError:
        return literal


def _convert_to_number(literal: Any) -> Any:  # noqa: ANN401 - a literal
    if not isinstance(literal, str):
        return literal
    return int(literal) if WHOLE_PATTERN.fullmatch(literal) and len(literal) <= MAX_DIGITS else parse_number(literal)


def _convert_to_boolean(literal: Any) -> Any:  # noqa: ANN401 - a literal
    return (
        literal if isinstance(literal, bool) else parse_truth(literal if isinstance(literal, str) else f"{literal:g}")
    )


LITERAL_CONVERTERS: dict[ValueKind | None, Callable[[Any], Any]] = {
    ValueKind.INTEGER: _convert_to_number,
    ValueKind.NUMBER: _convert_to_number,
    ValueKind.BOOLEAN: _convert_to_boolean,
}


def align_times(values: Sequence[Value]) -> list[Value]:
    """Return dates or moments that can be compared, or raise BadFilter."""
    instants = [require_time(each) for each in values]
    kind = ValueKind.DATE if any(each.kind is ValueKind.DATE for each in instants) else ValueKind.TIMESTAMP
    return [Value(each.node, kind, convert_time(each, kind), each.is_day_after) for each in instants]


def require_time(operand: Value) -> Value:
    """Return the date or moment; parse a literal text as one. Raise BadFilter for other values."""
    if operand.kind in TIME_KINDS:
        return operand
    match operand.node:
        case Literal(value=str() as text):
            return bind_literal(operand.node, parse_instant(_strip_empty_time(text), operand.node.position))
    raise BadFilter(f"{describe_operand(operand)} is not a time", operand.node.position, "a date or a moment")


def _strip_empty_time(text: str) -> str:
    """Strip the empty time of a day that GDAL writes as `2020-08-01T`."""
    return text[:-1] if text[-1:] in ("T", "t") else text


def convert_time(time: Value, kind: ValueKind) -> Expression:
    """Convert the time to the kind, date or moment; a date is never converted to a moment."""
    if time.kind is kind:
        return time.sql
    match time.node:
        case Instant(value=dt.datetime() as moment):
            return bind_value(moment.date(), Date())
    return combine("day of", lambda moment: cast(func.timezone("UTC", moment), Date), time.sql)


def describe_operand(operand: Operand) -> str:  # noqa: PLR0911 - a case for each kind of node
    """Describe the operand for a message."""
    match operand:
        case Span():
            return "an interval"
        case Items():
            return "a list of values"
    match operand.node:
        case Property(name=name):
            return f"{format_excerpt(name)} ({operand.kind})"
        case Literal(value=str() as text):
            return f"the text '{format_excerpt(text)}'"
        case Literal(value=bool()):
            return "a truth value"
        case Literal(value=number):
            return f"the number {format_excerpt(str(number))}"
    return str(operand.kind)


def build_sql_array(expressions: Sequence[Expression], kind: ValueKind = ValueKind.STRING) -> Expression:
    """Build one array of the values, of this kind. Literals become one bound value, for any number of them.

    PostgreSQL only compares arrays of the same type, so all numbers are doubles there.
    """
    array_type = ARRAY(SQL_TYPES[ValueKind.NUMBER if kind in NUMBER_KINDS else kind])
    if all(each.is_value for each in expressions):
        return bind_value([each.values[0] for each in expressions], array_type)
    return combine(("array", kind), lambda *items: cast(array(items), array_type), *expressions)


def _is_comparable(one: Value, other: Value) -> bool:
    return {one.kind, other.kind} <= NUMBER_KINDS or (one.kind is other.kind and one.kind in ORDERED_KINDS)


def _build_mismatch_error(one: Value, other: Value) -> BadFilter:
    kinds = {one.kind, other.kind}
    expected = f"{one.kind} to compare with {describe_operand(one)}"
    if ValueKind.STRINGS in kinds:
        expected = "an array function such as A_CONTAINS for lists"
    if ValueKind.GEOMETRY in kinds:
        expected = "a spatial function such as S_INTERSECTS for geometries"
    return BadFilter(
        f"{describe_operand(one)} and {describe_operand(other)} cannot be compared", other.node.position, expected
    )


def _get_kind(value: str | float | dt.date) -> ValueKind:
    kinds = {
        bool: ValueKind.BOOLEAN,
        int: ValueKind.INTEGER,
        float: ValueKind.NUMBER,
        str: ValueKind.STRING,
        dt.date: ValueKind.DATE,
    }
    return kinds.get(type(value), ValueKind.TIMESTAMP)
