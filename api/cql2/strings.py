"""Texts compared without regard to case or accents."""

from sqlalchemy import ColumnElement, Text, collate, func, literal_column

from api.cql2.expression import Expression, combine
from api.cql2.operands import Operand, of_kind
from api.cql2.queryables import Kind
from api.cql2.tree import Node, Operation

# Unicode's own rules, whatever the database was made with.
UNICODE = "und-x-icu"
# Accents of Latin, Greek and Cyrillic, points of Hebrew and vowel signs of Arabic; not the vowels of Indic scripts,
# nor what tells one kana from another.
MARKS = literal_column(
    r"'[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670"
    r"\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]'",
    Text,
)
STRING = frozenset({Kind.STRING})
NFC, NFD = literal_column("NFC", Text), literal_column("NFD", Text)


def casei(node: Operation, operands: list[Operand]) -> Expression:
    """Full case folding: in capitals ß is SS; a sigma is the same at the end of a word. Raises BadFilter."""
    given = of_kind(operands[0], STRING).sql
    return given if _is_done("casei", node.args[0]) else combine("casei", _fold_case, given)


def accenti(node: Operation, operands: list[Operand]) -> Expression:
    """Taken apart, without marks, put together: by canonical forms, in which nothing turns into a wildcard of LIKE.

    Raises BadFilter.
    """
    given = of_kind(operands[0], STRING).sql
    return given if _is_done("accenti", node.args[0]) else combine("accenti", _remove_marks, given)


def _fold_case(text: ColumnElement[str]) -> ColumnElement[str]:
    return func.translate(func.lower(func.upper(collate(text, UNICODE))), "ς", "σ", type_=Text)  # noqa: RUF001


def _remove_marks(text: ColumnElement[str]) -> ColumnElement[str]:
    return func.normalize(func.regexp_replace(func.normalize(text, NFD), MARKS, "", "g"), NFC, type_=Text)


def _is_done(op: str, node: Node) -> bool:
    """Whether this is in what is within already: to do it again changes nothing, however often it is written."""
    while isinstance(node, Operation) and node.op in {"casei", "accenti"}:
        if node.op == op:
            return True
        node = node.args[0]
    return False
