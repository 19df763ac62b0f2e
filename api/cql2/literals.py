"""Parsers of texts and numbers in a filter; values that PostgreSQL cannot hold are refused."""

import math

from api.cql2.bad_filter import BadFilter, Position, shown
from api.cql2.tree import Literal
from api.values.texts import composed

# The number of digits that a double holds without loss and that a bigint can hold.
MOST_DIGITS = 18


def string(text: str, position: Position) -> Literal:
    """Normalize the text to NFC, as texts are stored. Raise BadFilter for NUL and surrogates."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadFilter("the text has a character that no data can have (NUL, or half of one)", position)
    return Literal(composed(text), position=position)


def number(text: str, position: Position) -> Literal:
    """Parse the number: an integer if a bigint can hold it, or a float. Raise BadFilter if it is too large."""
    if text.isdecimal() and len(text) <= MOST_DIGITS:
        return Literal(int(text), position=position)
    return finite(float(text), text, position)


def finite(value: float, text: str, position: Position) -> Literal:
    """Build the literal of the number, or raise BadFilter if it is not finite."""
    if not math.isfinite(value):
        raise BadFilter(f"the number {shown(text)} is too large", position)
    return Literal(value, position=position)


def negative(literal: Literal, position: Position) -> Literal:
    """Return the number with the opposite sign, at this position."""
    value = literal.value
    return literal if isinstance(value, str) else Literal(-value, position=position)
