"""Parsers of texts and numbers in a filter; values that PostgreSQL cannot hold are refused."""

import math

from api.cql2.bad_filter import BadFilter, Position, format_excerpt
from api.cql2.tree import Literal
from api.values.texts import normalize_nfc

# The number of digits that a double holds without loss and that a bigint can hold.
MAX_DIGITS = 18


def parse_string_literal(text: str, position: Position) -> Literal:
    """Normalize the text to NFC, as texts are stored. Raise BadFilter for NUL and surrogates."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadFilter("the text has a character that no data can have (NUL, or half of one)", position)
    return Literal(normalize_nfc(text), position=position)


def parse_number_literal(text: str, position: Position) -> Literal:
    """Parse the number: an integer if a bigint can hold it, or a float. Raise BadFilter if it is too large."""
    if text.isdecimal() and len(text) <= MAX_DIGITS:
        return Literal(int(text), position=position)
    return build_finite_literal(float(text), text, position)


def build_finite_literal(value: float, text: str, position: Position) -> Literal:
    """Build the literal of the number, or raise BadFilter if it is not finite."""
    if not math.isfinite(value):
        raise BadFilter(f"the number {format_excerpt(text)} is too large", position)
    return Literal(value, position=position)


def reverse_sign(literal: Literal, position: Position) -> Literal:
    """Return the number with the opposite sign, at this position."""
    value = literal.value
    return literal if isinstance(value, str) else Literal(-value, position=position)
