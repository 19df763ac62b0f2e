"""Plain text of numbers that programs write in different notations."""

import math

MAX_EXACT_INTEGER = 10**15


def normalize_number(text: str) -> str:
    """Write `12.0` and `1.2E1` as "12", and 5.0999999999999996 as "5.1". Raises ValueError if it is not finite."""
    if text.isdecimal() and text.isascii():
        return text
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is not a number that can be written")
    return str(int(number)) if number.is_integer() and abs(number) < MAX_EXACT_INTEGER else repr(number)
