"""SQL of comparisons of texts, numbers, truth values and times."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, any_

from api.cql2.bad_filter import BadFilter
from api.cql2.expression import Expression, combine
from api.cql2.operands import (
    ORDERED_KINDS,
    Items,
    Operand,
    Span,
    align_kinds,
    build_sql_array,
    describe_operand,
    require_kind,
)
from api.cql2.queryables import ValueKind
from api.cql2.tree import Literal, Node, Operation

STRING = frozenset({ValueKind.STRING})
COMPARISON_FUNCTIONS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def compare(node: Operation, operands: list[Operand]) -> Expression:
    """Build the comparison, or raise BadFilter if the operands have different kinds."""
    return combine(node.op, COMPARISON_FUNCTIONS[node.op], *(each.sql for each in align_kinds(operands)))


def build_between(_: Operation, operands: list[Operand]) -> Expression:
    """Build BETWEEN, or raise BadFilter for other kinds than texts, numbers and times.

    Conditions are refused: PostgreSQL duplicates the compared operand, and conditions could be nested.
    """
    for operand in operands:
        require_kind(operand, ORDERED_KINDS - {ValueKind.BOOLEAN})
    parts = (each.sql for each in align_kinds(operands))
    return combine("between", lambda compared, low, high: compared.between(low, high), *parts)


def build_like(_: Operation, operands: list[Operand]) -> Expression:
    """Build LIKE: % matches any characters, _ one, and a backslash escapes them.

    Raise BadFilter for other operands than texts.
    """
    text, pattern = (require_kind(operand, STRING) for operand in operands)
    _check_pattern(pattern.node)
    return combine("like", lambda one, other: one.like(other), text.sql, pattern.sql)


def build_is_null(_: Operation, operands: list[Operand]) -> Expression:
    """Build IS NULL, or raise BadFilter for an interval or a list."""
    (operand,) = operands
    if isinstance(operand, Span | Items):
        raise BadFilter(f"{describe_operand(operand)} is never NULL", operand.node.position, "a property")
    return combine("is null", lambda tested: tested.is_(None), operand.sql)


def build_in(_: Operation, operands: list[Operand]) -> Expression:
    """Build IN, or raise BadFilter if the list is empty or its values have another kind."""
    value_operand, list_operand = operands
    if not isinstance(list_operand, Items) or not list_operand.items:
        raise BadFilter("IN has nothing to look in", list_operand.node.position, "a list of values")
    compared, *values = align_kinds([value_operand, *list_operand.items])
    items = build_sql_array([each.sql for each in values], values[0].kind)
    return combine("in", lambda one, array: one == any_(array), compared.sql, items)


def _check_pattern(node: Node) -> None:
    match node:
        case Operation(op="casei" | "accenti", args=(pattern,)):
            _check_pattern(pattern)
        case Literal(value=str() as text):
            if (len(text) - len(text.rstrip("\\"))) % 2:
                raise BadFilter("the pattern ends with a backslash, which escapes nothing", node.position)
        case _:
            raise BadFilter("a pattern is a literal text", node.position, "a text like 'A%'")
