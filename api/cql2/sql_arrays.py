"""SQL of array functions: arrays are compared as sets, without order or repetition."""

from collections.abc import Callable, Mapping
from typing import Any

from api.cql2.ast import Node, Operation
from api.cql2.errors import BadFilter
from api.cql2.queryables import ValueKind
from api.cql2.sql_expression import Expression, combine
from api.cql2.sql_types import Items, Operand, Value, align_kinds, build_sql_array, require_kind

STRING, STRINGS = frozenset({ValueKind.STRING}), frozenset({ValueKind.STRINGS})
# Operators that produce a value, not a condition.
VALUE_OPERATORS = frozenset({"casei", "accenti", "+", "-", "*", "/", "%", "div", "^"})
RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "contains": lambda one, other: one.contains(other),
    "containedBy": lambda one, other: one.contained_by(other),
    "overlaps": lambda one, other: one.overlap(other),
    "equals": lambda one, other: one.contains(other) & one.contained_by(other),
}


def relate(node: Operation, operands: list[Operand]) -> Expression:
    """Build the relation of two arrays, or raise BadFilter."""
    return combine(node.op, RELATIONS[node.op.removeprefix("a_")], *_build_arrays(operands))


def _build_arrays(operands: list[Operand]) -> list[Expression]:
    if any(_is_list(operand) for operand in operands):
        return [_build_text_array(operand) for operand in operands]
    groups = [_get_items(operand) for operand in operands]
    values = align_kinds([item for group in groups for item in group]) if any(groups) else []
    kind = values[0].kind if values else ValueKind.STRING
    expressions = [each.sql for each in values]
    return [build_sql_array(part, kind) for part in (expressions[: len(groups[0])], expressions[len(groups[0]) :])]


def _build_text_array(operand: Operand) -> Expression:
    if isinstance(operand, Value) and _is_list(operand):
        return operand.sql
    return build_sql_array([require_kind(item, STRING).sql for item in _get_items(operand)])


def _get_items(operand: Operand) -> tuple[Operand, ...]:
    """Return the items of a list.

    A single value is a list of one: in text, a list of one property looks like a property.
    """
    items = operand.items if isinstance(operand, Items) else (operand,)
    for item in items:
        _refuse_conditions(item.node)
    return items


def _is_list(operand: Operand) -> bool:
    return isinstance(operand, Value) and operand.kind in STRINGS


def _refuse_conditions(node: Node) -> None:
    if isinstance(node, Operation) and node.op not in VALUE_OPERATORS:
        raise BadFilter("a condition cannot be an item of a list", node.position, "a property or a value")
