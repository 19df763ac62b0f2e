"""Parsers of texts and numbers in a filter; values that PostgreSQL cannot hold are refused."""

import datetime as dt
import math
from typing import Literal as OneOf

from api.cql2.ast import Instant, Literal, Node
from api.cql2.errors import BadFilter, Position, format_excerpt
from api.values.days import DAY_PATTERN, MOMENT_PATTERN, parse_day, parse_utc
from api.values.texts import convert_digits, normalize_nfc

# The number of digits that a double holds without loss and that a bigint can hold.
MAX_DIGITS = 18


def parse_string_literal(text: str, position: Position) -> Literal:
    """Normalize the text to NFC, as texts are stored. Raise BadFilter for NUL and surrogates."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadFilter("the text contains NUL or an unpaired surrogate", position)
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


OPEN_SIDE = ".."
InstantKind = OneOf["date", "timestamp"]
INSTANT_EXAMPLES = {"date": "a day like 2020-03-31", "timestamp": "a moment like 2020-03-31T12:00:00Z"}


def parse_instant(text: str, position: Position, only: InstantKind | None = None) -> dt.date | dt.datetime:
    """Parse a day or a moment; `only` accepts one of the two. Raise BadFilter for other text."""
    plain = convert_digits(text)
    try:
        if only != "timestamp" and DAY_PATTERN.fullmatch(plain):
            return parse_day(plain)
        if only != "date" and MOMENT_PATTERN.fullmatch(plain):
            return parse_utc(plain, without_zone=True)
    except ValueError:
        raise BadFilter(f"'{format_excerpt(text)}' is not in the calendar", position) from None
    expected = INSTANT_EXAMPLES[only] if only else " or ".join(INSTANT_EXAMPLES.values())
    raise BadFilter(f"'{format_excerpt(text)}' is not a {only or 'date'}", position, expected)


def parse_interval_side(node: Node) -> Node | None:
    """Parse a side of an interval: an instant, None if it is open, or a node that may evaluate to an instant."""
    match node:
        case Literal(value=str() as text):
            return None if text == OPEN_SIDE else Instant(parse_instant(text, node.position), position=node.position)
    return node


def format_instant(value: dt.date | dt.datetime) -> str:
    """Format the day or moment as in a filter."""
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    return value.replace(tzinfo=None).isoformat() + "Z"
