"""SQL of calculations, in exact decimals. An impossible calculation gives NULL, never an error of the database."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Double, Numeric, and_, case, cast, func, or_

from api.cql2.bad_filter import BadFilter
from api.cql2.expression import Expression, combine
from api.cql2.operands import NUMBERS, Operand, Value, of_kind
from api.cql2.tree import Literal, Node, Operation, children

# The product of sixteen operands of this size still fits in a double.
LARGEST = 1e19
LARGEST_LOGARITHM = 43.75
# The SQL of a power repeats its operands several times.
MOST_POWERS_WITHIN = 2
Number = ColumnElement[Any]


def calculate(node: Operation, operands: list[Operand]) -> Expression:
    """Build the SQL of a calculation.

    Raise BadFilter if an operand is not a number, is too large or too small, or nests powers too deep.
    """
    one, other = (of_kind(operand, NUMBERS) for operand in operands)
    for each in (one, other):
        _check_size(each)
    if node.op == "^":
        _check_powers(node)
        return combine(node.op, _raised, one.sql, other.sql)
    function = CALCULATED[node.op]
    return combine(node.op, lambda a, b: function(cast(a, Numeric), cast(b, Numeric)), one.sql, other.sql)


def _raised(base: Number, exponent: Number) -> Number:
    return cast(_power(cast(base, Double), cast(exponent, Double)), Numeric)


def _divided(one: Number, other: Number) -> Number:
    return one / func.nullif(other, 0, type_=Numeric)


def _whole_times(one: Number, other: Number) -> Number:
    return func.div(one, func.nullif(other, 0), type_=Numeric)


def _remainder(one: Number, other: Number) -> Number:
    return func.mod(one, func.nullif(other, 0), type_=Numeric)


def _power(base: Number, exponent: Number) -> Number:
    logarithm = exponent * func.ln(func.nullif(func.abs(base), 0), type_=Double)
    is_real = or_(base >= 0, exponent == func.trunc(exponent))
    is_bearable = func.coalesce(func.abs(logarithm, type_=Double) < LARGEST_LOGARITHM, exponent >= 0)
    return case((and_(is_real, is_bearable), func.power(base, exponent, type_=Double)))


CALCULATED: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _divided,
    "%": _remainder,
    "div": _whole_times,
}


def _check_size(number: Value) -> None:
    match number.node:
        case Literal(value=int() | float() as size) if size and not 1 / LARGEST <= abs(size) <= LARGEST:
            raise BadFilter("the number is too large or too small to calculate with", number.node.position)


def _check_powers(node: Node, within: int = 0) -> None:
    within += isinstance(node, Operation) and node.op == "^"
    if within > MOST_POWERS_WITHIN + 1:
        raise BadFilter("there are too many powers of powers", node.position, "at most three within one another")
    for child in children(node):
        _check_powers(child, within)
