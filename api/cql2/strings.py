"""SQL of CASEI and ACCENTI: texts compared without case or accents."""

from sqlalchemy import ColumnElement, Text, collate, func, literal_column

from api.cql2.expression import Expression, combine
from api.cql2.operands import Operand, require_kind
from api.cql2.queryables import ValueKind
from api.cql2.tree import Node, Operation

# The rules of Unicode, for any locale of the database.
UNICODE_COLLATION = "und-x-icu"
# Accents of Latin, Greek and Cyrillic, points of Hebrew and vowel signs of Arabic; not the vowels of Indic scripts, nor
# the marks that distinguish kana.
ACCENT_MARKS = literal_column(
    r"'[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670"
    r"\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]'",
    Text,
)
STRING = frozenset({ValueKind.STRING})
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
