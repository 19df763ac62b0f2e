"""Texts and numbers of a filter, refused where PostgreSQL could not hold them."""

import math

from api.cql2.bad_filter import BadFilter, Position, shown
from api.cql2.tree import Literal
from api.values.texts import composed

# What a double holds without loss, and a bigint holds at all.
MOST_DIGITS = 18


def string(text: str, position: Position) -> Literal:
    """The text in NFC, as texts are stored. Raises BadFilter."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadFilter("the text has a character that no data can have (NUL, or half of one)", position)
    return Literal(composed(text), position=position)


def number(text: str, position: Position) -> Literal:
    """The number written; a whole one stays whole as long as a bigint holds it. Raises BadFilter."""
    if text.isdecimal() and len(text) <= MOST_DIGITS:
        return Literal(int(text), position=position)
    return finite(float(text), text, position)


def finite(value: float, text: str, position: Position) -> Literal:
    """Raises BadFilter."""
    if not math.isfinite(value):
        raise BadFilter(f"the number {shown(text)} is too large", position)
    return Literal(value, position=position)


def negative(literal: Literal, position: Position) -> Literal:
    """The number with the other sign, which stands at this position."""
    value = literal.value
    return literal if isinstance(value, str) else Literal(-value, position=position)
