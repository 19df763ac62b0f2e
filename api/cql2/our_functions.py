"""Custom functions of filters, beside those in the standard. Filters can call no other functions, and none in SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Double, Numeric, cast, extract, func

from api.cql2.bad_filter import BadFilter, did_you_mean, shown
from api.cql2.expression import Expression, combine
from api.cql2.operands import NUMBERS, TIMES, Operand, Value, at, of_kind, time_of, value
from api.cql2.queryables import Kind
from api.cql2.tree import Call
from geo.spatial_relations import metres_between

Kinds = frozenset[Kind]


@dataclass(frozen=True, slots=True)
class Function:
    """Function with its description, the kinds of its arguments and the kind of its result."""

    description: str
    arguments: tuple[Kinds, ...]
    returns: Kind
    build: Callable[..., ColumnElement[Any]]


def call(node: Call, operands: list[Operand]) -> Value:
    """Build the SQL of a function call. Raise BadFilter if the function does not exist or takes other arguments."""
    function = OUR_FUNCTIONS.get(node.name.lower())
    if function is None:
        raise BadFilter(
            f"there is no function {shown(node.name)}{did_you_mean(node.name, OUR_FUNCTIONS)}", node.position
        )
    if len(operands) != len(function.arguments):
        expected = ", ".join(" or ".join(sorted(kinds)) for kinds in function.arguments)
        raise BadFilter(f"{node.name} does not take {len(operands)} arguments", node.position, expected)
    pairs = zip(operands, function.arguments, strict=True)
    arguments = (_argument(operand, kinds) for operand, kinds in pairs)
    return Value(node, function.returns, combine(node.name.lower(), function.build, *arguments))


def _argument(operand: Operand, kinds: Kinds) -> Expression:
    if kinds == TIMES:
        return at(time_of(value(operand)), Kind.DATE)
    return of_kind(operand, kinds).sql


def _part_of_date(part: str) -> Function:
    return Function(
        f"The {part} of a date, or of a moment in UTC.",
        (TIMES,),
        Kind.NUMBER,
        # PostgreSQL dates include infinity, which is not an integer.
        lambda date: cast(extract(part, cast(date, Date)), Double),
    )


OUR_FUNCTIONS: Mapping[str, Function] = {
    "year": _part_of_date("year"),
    "month": _part_of_date("month"),
    "day": _part_of_date("day"),
    "length": Function(
        "The number of characters of a text.",
        (frozenset({Kind.STRING}),),
        Kind.INTEGER,
        lambda text: func.char_length(text, type_=BigInteger),
    ),
    "size": Function(
        "The number of values of a list.",
        (frozenset({Kind.STRINGS}),),
        Kind.INTEGER,
        lambda array: func.cardinality(array, type_=BigInteger),
    ),
    "abs": Function(
        "A number without its sign.",
        (NUMBERS,),
        Kind.NUMBER,
        lambda number: func.abs(cast(number, Numeric), type_=Numeric),
    ),
    "centroid": Function(
        "The centre of mass of a geometry.",
        (frozenset({Kind.GEOMETRY}),),
        Kind.GEOMETRY,
        func.ST_Centroid,
    ),
    "distance": Function(
        "Metres between the nearest places of two geometries.",
        (frozenset({Kind.GEOMETRY}), frozenset({Kind.GEOMETRY})),
        Kind.NUMBER,
        metres_between,
    ),
}
