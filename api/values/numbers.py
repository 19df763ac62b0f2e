"""Numbers as people write them: digits of ASCII or Arabic, counted before they are converted; and true and false.

Python's float() and int() accept too much (`1_0`, `nan`, digits of forty scripts), turn 400 digits into infinity, and
fail at 5,000.
"""

import math
import re

from api.values.texts import convert_digits

# Digits of the largest row number in the database.
MAX_DIGITS = 19
MAX_DECIMAL_CHARACTERS = 40
MAX_INT32 = 2**31 - 1
MAX_INT64 = 2**63 - 1
MAX_COUNT = 999_999_999
WHOLE_PATTERN = re.compile(r"-?[0-9]+")
DECIMAL_PATTERN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
EXPONENT_PATTERN = re.compile(rf"{DECIMAL_PATTERN.pattern}([eE][+-]?[0-9]+)?")
ARABIC_POINT = "\u066b"


def parse_whole(text: str) -> int:
    """Parse a whole number of at most 19 digits. Raises ValueError with a message for the user."""
    plain = convert_digits(text)
    if not WHOLE_PATTERN.fullmatch(plain):
        raise ValueError("is not a whole number")
    if len(plain.lstrip("-0")) > MAX_DIGITS:
        raise ValueError(f"has more than {MAX_DIGITS} digits")
    return int(plain)


def parse_count(text: str) -> int:
    """Parse a count: 0 to 999,999,999, without separators. Raises ValueError with a message for the user."""
    count = parse_whole(text)
    if text.startswith("-") or count > MAX_COUNT:
        raise ValueError(f"lies outside 0 to {MAX_COUNT}")
    return count


def parse_decimal(text: str) -> float:
    """Parse a number without exponent. Raises ValueError with a message for the user."""
    plain = _normalize_digits(text)
    if not DECIMAL_PATTERN.fullmatch(plain):
        raise ValueError("is not a number like 20.46")
    _check_length(plain)
    return float(plain)


def parse_number(text: str) -> float:
    """Parse a finite number, with or without exponent. Raises ValueError with a message for the user."""
    plain = _normalize_digits(text)
    if not EXPONENT_PATTERN.fullmatch(plain):
        raise ValueError("is not a number like 20.46")
    _check_length(plain)
    number = float(plain)
    if not math.isfinite(number):
        raise ValueError("is not a finite number")
    return number


def _normalize_digits(text: str) -> str:
    return convert_digits(text).replace(ARABIC_POINT, ".")


def _check_length(text: str) -> None:
    if len(text) > MAX_DECIMAL_CHARACTERS:
        raise ValueError(f"has more than {MAX_DECIMAL_CHARACTERS} characters")


# GDAL writes 1 and 0.
TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def parse_truth(text: str) -> bool:
    """Parse true or false, in letters of either case. Raises ValueError with a message for the user."""
    try:
        return TRUTHS[text.lower()]
    except KeyError:
        raise ValueError("use true or false") from None
