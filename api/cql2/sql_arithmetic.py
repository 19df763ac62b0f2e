"""SQL of calculations, in exact decimals. An impossible calculation gives NULL, never an error of the database."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Double, Numeric, and_, case, cast, func, or_

from api.cql2.ast import Literal, Node, Operation, get_children
from api.cql2.errors import BadFilter
from api.cql2.sql_expression import Expression, combine
from api.cql2.sql_types import NUMBER_KINDS, Operand, Value, require_kind

# The product of sixteen operands of this size still fits in a double.
MAX_OPERAND = 1e19
MAX_LOGARITHM = 43.75
# The SQL of a power repeats its operands several times.
MAX_NESTED_POWERS = 2
Number = ColumnElement[Any]


def build_calculation(node: Operation, operands: list[Operand]) -> Expression:
    """Build the SQL of a calculation.

    Raise BadFilter if an operand is not a number, is too large or too small, or nests powers too deep.
    """
    one, other = (require_kind(operand, NUMBER_KINDS) for operand in operands)
    for each in (one, other):
        _check_size(each)
    if node.op == "^":
        _check_powers(node)
        return combine(node.op, _raise_to_power, one.sql, other.sql)
    function = CALCULATIONS[node.op]
    return combine(node.op, lambda a, b: function(cast(a, Numeric), cast(b, Numeric)), one.sql, other.sql)


def _raise_to_power(base: Number, exponent: Number) -> Number:
    return cast(_compute_power(cast(base, Double), cast(exponent, Double)), Numeric)


def _divide(one: Number, other: Number) -> Number:
    return one / func.nullif(other, 0, type_=Numeric)


def _divide_whole(one: Number, other: Number) -> Number:
    return func.div(one, func.nullif(other, 0), type_=Numeric)


def _compute_remainder(one: Number, other: Number) -> Number:
    return func.mod(one, func.nullif(other, 0), type_=Numeric)


def _compute_power(base: Number, exponent: Number) -> Number:
    logarithm = exponent * func.ln(func.nullif(func.abs(base), 0), type_=Double)
    is_real = or_(base >= 0, exponent == func.trunc(exponent))
    is_bearable = func.coalesce(func.abs(logarithm, type_=Double) < MAX_LOGARITHM, exponent >= 0)
    return case((and_(is_real, is_bearable), func.power(base, exponent, type_=Double)))


CALCULATIONS: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _divide,
    "%": _compute_remainder,
    "div": _divide_whole,
}


def _check_size(number: Value) -> None:
    match number.node:
        case Literal(value=int() | float() as size) if size and not 1 / MAX_OPERAND <= abs(size) <= MAX_OPERAND:
            raise BadFilter("the number is too large or too small to calculate with", number.node.position)


def _check_powers(node: Node, within: int = 0) -> None:
    within += isinstance(node, Operation) and node.op == "^"
    if within > MAX_NESTED_POWERS + 1:
        raise BadFilter("powers are nested too deep", node.position, "at most three nested powers")
    for child in get_children(node):
        _check_powers(child, within)
