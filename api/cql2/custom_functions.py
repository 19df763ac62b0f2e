"""Custom functions of filters, beside those in the standard. Filters can call no other functions, and none in SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Double, Numeric, cast, extract, func

from api.cql2.ast import Call
from api.cql2.errors import BadFilter, format_excerpt, format_name_hint
from api.cql2.queryables import ValueKind
from api.cql2.sql_expression import Expression, combine
from api.cql2.sql_types import (
    NUMBER_KINDS,
    TIME_KINDS,
    Operand,
    Value,
    convert_time,
    require_kind,
    require_time,
    require_value,
)
from geo.spatial_relations import build_distance_m

Kinds = frozenset[ValueKind]


@dataclass(frozen=True, slots=True)
class CustomFunction:
    """Function with its description, the kinds of its arguments and the kind of its result."""

    description: str
    arguments: tuple[Kinds, ...]
    returns: ValueKind
    build: Callable[..., ColumnElement[Any]]


def build_call(node: Call, operands: list[Operand]) -> Value:
    """Build the SQL of a function call. Raise BadFilter if the function does not exist or takes other arguments."""
    function = CUSTOM_FUNCTIONS.get(node.name.lower())
    if function is None:
        raise BadFilter(
            f"unknown function {format_excerpt(node.name)}{format_name_hint(node.name, CUSTOM_FUNCTIONS)}",
            node.position,
        )
    if len(operands) != len(function.arguments):
        expected = ", ".join(" or ".join(sorted(kinds)) for kinds in function.arguments)
        raise BadFilter(f"{node.name} does not take {len(operands)} arguments", node.position, expected)
    pairs = zip(operands, function.arguments, strict=True)
    arguments = (_build_argument(operand, kinds) for operand, kinds in pairs)
    return Value(node, function.returns, combine(node.name.lower(), function.build, *arguments))


def _build_argument(operand: Operand, kinds: Kinds) -> Expression:
    if kinds == TIME_KINDS:
        return convert_time(require_time(require_value(operand)), ValueKind.DATE)
    return require_kind(operand, kinds).sql


def _build_date_part(part: str) -> CustomFunction:
    return CustomFunction(
        f"The {part} of a date, or of a moment in UTC.",
        (TIME_KINDS,),
        ValueKind.NUMBER,
        # PostgreSQL dates include infinity, which is not an integer.
        lambda date: cast(extract(part, cast(date, Date)), Double),
    )


CUSTOM_FUNCTIONS: Mapping[str, CustomFunction] = {
    "year": _build_date_part("year"),
    "month": _build_date_part("month"),
    "day": _build_date_part("day"),
    "length": CustomFunction(
        "Number of characters of a text.",
        (frozenset({ValueKind.STRING}),),
        ValueKind.INTEGER,
        lambda text: func.char_length(text, type_=BigInteger),
    ),
    "size": CustomFunction(
        "Number of values of a list.",
        (frozenset({ValueKind.STRINGS}),),
        ValueKind.INTEGER,
        lambda array: func.cardinality(array, type_=BigInteger),
    ),
    "abs": CustomFunction(
        "Absolute value of a number.",
        (NUMBER_KINDS,),
        ValueKind.NUMBER,
        lambda number: func.abs(cast(number, Numeric), type_=Numeric),
    ),
    "centroid": CustomFunction(
        "Centre of mass of a geometry.",
        (frozenset({ValueKind.GEOMETRY}),),
        ValueKind.GEOMETRY,
        func.ST_Centroid,
    ),
    "distance": CustomFunction(
        "Distance in metres between the nearest points of two geometries.",
        (frozenset({ValueKind.GEOMETRY}), frozenset({ValueKind.GEOMETRY})),
        ValueKind.NUMBER,
        build_distance_m,
    ),
}
