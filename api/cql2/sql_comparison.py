"""Comparisons and array functions of CQL2 as SQL."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, collate, func, literal_column

from api.cql2.ast import Literal, Node, Operation
from api.cql2.errors import BadFilter
from api.cql2.queryables import ValueKind
from api.cql2.sql_expression import Expression, combine
from api.cql2.sql_types import (
    ORDERED_KINDS,
    Items,
    Operand,
    Span,
    Value,
    align_kinds,
    build_sql_array,
    describe_operand,
    require_kind,
)

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
        raise BadFilter("IN has no list of values", list_operand.node.position, "a list of values")
    compared, *values = align_kinds([value_operand, *list_operand.items])
    items = build_sql_array([each.sql for each in values], values[0].kind)
    return combine("in", lambda one, array: one == any_(array), compared.sql, items)


def _check_pattern(node: Node) -> None:
    match node:
        case Operation(op="casei" | "accenti", args=(pattern,)):
            _check_pattern(pattern)
        case Literal(value=str() as text):
            if (len(text) - len(text.rstrip("\\"))) % 2:
                raise BadFilter("the pattern ends with a backslash that escapes nothing", node.position)
        case _:
            raise BadFilter("a pattern must be a literal text", node.position, "a text like 'A%'")


# The rules of Unicode, for any locale of the database.
UNICODE_COLLATION = "und-x-icu"
# Accents of Latin, Greek and Cyrillic, points of Hebrew and vowel signs of Arabic; not the vowels of Indic scripts, nor
# the marks that distinguish kana.
ACCENT_MARKS = literal_column(
    r"'[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670"
    r"\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]'",
    Text,
)
NFC, NFD = literal_column("NFC", Text), literal_column("NFD", Text)


def build_casei(node: Operation, operands: list[Operand]) -> Expression:
    """Build full case folding: capital ß is SS, and both forms of the small sigma are equal.

    Raise BadFilter for other operands than texts.
    """
    operand = require_kind(operands[0], STRING).sql
    return operand if _is_already_applied("casei", node.args[0]) else combine("casei", _fold_case, operand)


def build_accenti(node: Operation, operands: list[Operand]) -> Expression:
    """Build the removal of marks: decompose (NFD), remove the marks, compose (NFC).

    Canonical forms never produce a wildcard of LIKE. Raise BadFilter for other operands than texts.
    """
    operand = require_kind(operands[0], STRING).sql
    return operand if _is_already_applied("accenti", node.args[0]) else combine("accenti", _remove_marks, operand)


def _fold_case(text: ColumnElement[str]) -> ColumnElement[str]:
    return func.translate(func.lower(func.upper(collate(text, UNICODE_COLLATION))), "ς", "σ", type_=Text)  # noqa: RUF001


def _remove_marks(text: ColumnElement[str]) -> ColumnElement[str]:
    return func.normalize(func.regexp_replace(func.normalize(text, NFD), ACCENT_MARKS, "", "g"), NFC, type_=Text)


def _is_already_applied(op: str, node: Node) -> bool:
    """Return whether an inner operation already applies `op`: a repetition changes nothing."""
    while isinstance(node, Operation) and node.op in {"casei", "accenti"}:
        if node.op == op:
            return True
        node = node.args[0]
    return False


STRINGS = frozenset({ValueKind.STRINGS})
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
