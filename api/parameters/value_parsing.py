"""Types of a property's values, and parsing of text from an address as such a value."""

import re
from collections.abc import Callable
from typing import Any, Literal

from api.values.datetimes import parse_moment
from api.values.days import parse_day_or_midnight
from api.values.numbers import MAX_INT32, parse_number, parse_truth
from api.values.texts import convert_digits, normalize_nfc

PropertyType = Literal["string", "integer", "number", "boolean", "date", "date-time", "strings"]


class InvalidValue(ValueError):
    """Text that is not a value of its kind; the message describes a valid value."""


def parse_value(kind: PropertyType, text: str) -> Any:  # noqa: ANN401 - a value of the kind
    """Parse the text as a value of the kind. Raises NotAValue."""
    try:
        return VALUE_PARSERS[kind](text)
    except (ValueError, OverflowError):
        raise InvalidValue(f"{text!r} is not {VALUE_DESCRIPTIONS[kind]}") from None


def _parse_integer(text: str) -> int:
    plain = convert_digits(text)
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", plain) or abs(int(plain)) > MAX_INT32:
        raise ValueError
    return int(plain)


VALUE_PARSERS: dict[PropertyType, Callable[[str], Any]] = {
    "string": normalize_nfc,
    "strings": normalize_nfc,
    "integer": _parse_integer,
    "number": parse_number,
    "boolean": parse_truth,
    "date": parse_day_or_midnight,
    "date-time": parse_moment,
}
VALUE_DESCRIPTIONS: dict[PropertyType, str] = {
    "string": "text",
    "strings": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a day written as 2020-04-15",
    "date-time": "a moment written as 2020-04-15T12:00:00Z",
}
