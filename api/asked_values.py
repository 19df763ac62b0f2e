"""Parsing of text from an address as a value of a property."""

import re
from collections.abc import Callable
from typing import Any

from api.kinds import Kind
from api.time_parameters import parse_moment
from api.values.days import parse_day_or_midnight
from api.values.numbers import LARGEST_INT32, parse_number
from api.values.texts import ascii_digits, composed
from api.values.truths import parse_truth


class NotAValue(ValueError):
    """Text that is not a value of its kind; the message describes a valid value."""


def value_of(kind: Kind, text: str) -> Any:  # noqa: ANN401 - a value of the kind
    """Parse the text as a value of the kind. Raises NotAValue."""
    try:
        return READ[kind](text)
    except (ValueError, OverflowError):
        raise NotAValue(f"{text!r} is not {LOOKS[kind]}") from None


def _integer(text: str) -> int:
    plain = ascii_digits(text)
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", plain) or abs(int(plain)) > LARGEST_INT32:
        raise ValueError
    return int(plain)


READ: dict[Kind, Callable[[str], Any]] = {
    "string": composed,
    "strings": composed,
    "integer": _integer,
    "number": parse_number,
    "boolean": parse_truth,
    "date": parse_day_or_midnight,
    "date-time": parse_moment,
}
LOOKS: dict[Kind, str] = {
    "string": "text",
    "strings": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a day written as 2020-04-15",
    "date-time": "a moment written as 2020-04-15T12:00:00Z",
}
