"""Comparisons of texts, numbers, truth values and times."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, any_

from api.cql2.bad_filter import BadFilter
from api.cql2.operands import ORDERED, Items, Operand, Span, alike, array_of, described, of_kind
from api.cql2.queryables import Kind
from api.cql2.tree import Literal, Node, Operation

STRING = frozenset({Kind.STRING})
COMPARED: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def compare(node: Operation, operands: list[Operand]) -> ColumnElement[bool]:
    """Raises BadFilter."""
    return COMPARED[node.op](*alike(operands))


def between(_: Operation, operands: list[Operand]) -> ColumnElement[bool]:
    """Raises BadFilter. Conditions have no place in it: PostgreSQL doubles what is compared, and it could be nested."""
    for operand in operands:
        of_kind(operand, ORDERED - {Kind.BOOLEAN})
    compared, low, high = alike(operands)
    return compared.between(low, high)


def like(_: Operation, operands: list[Operand]) -> ColumnElement[bool]:
    """% stands for any characters, _ for one, a backslash before them takes that away. Raises BadFilter."""
    text, pattern = (of_kind(operand, STRING) for operand in operands)
    _check_pattern(pattern.node)
    return text.sql.like(pattern.sql)


def is_null(_: Operation, operands: list[Operand]) -> ColumnElement[bool]:
    """Raises BadFilter."""
    (operand,) = operands
    if isinstance(operand, Span | Items):
        raise BadFilter(f"{described(operand)} is never NULL", operand.node.position, "a property")
    return operand.sql.is_(None)


def is_in(_: Operation, operands: list[Operand]) -> ColumnElement[bool]:
    """Raises BadFilter."""
    sought, listed = operands
    if not isinstance(listed, Items) or not listed.items:
        raise BadFilter("IN has nothing to look in", listed.node.position, "a list of values")
    expression, *values = alike([sought, *listed.items])
    return expression == any_(array_of(values, values[0].type))


def _check_pattern(node: Node) -> None:
    match node:
        case Operation(op="casei" | "accenti", args=(pattern,)):
            _check_pattern(pattern)
        case Literal(value=str() as text):
            if (len(text) - len(text.rstrip("\\"))) % 2:
                raise BadFilter("the pattern ends with a backslash, which escapes nothing", node.position)
        case _:
            raise BadFilter("a pattern is a literal text", node.position, "a text like 'A%'")
