"""Numbers in an address: ASCII digits as people write them, counted before they are converted.

Python accepts more than a client should send (`1_0`, `nan`, Arabic digits), makes infinity of 400 digits, and fails
at 5,000.
"""

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

# As many as the largest number of a row in the database has.
MAX_DIGITS = 19
MAX_DECIMAL_CHARACTERS = 40
LARGEST_INT32 = 2**31 - 1
LARGEST_INT64 = 2**63 - 1
WHOLE = re.compile(r"-?[0-9]+")
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
WITH_EXPONENT = re.compile(rf"{DECIMAL.pattern}([eE][+-]?[0-9]+)?")


def whole_number(value: Any) -> Any:  # noqa: ANN401 - text from an address, or a default
    """The text, checked to be a whole number of at most 19 digits. Raises ValueError for the user."""
    if isinstance(value, str):
        if not WHOLE.fullmatch(value):
            raise ValueError("is not a whole number")
        if len(value.lstrip("-0")) > MAX_DIGITS:
            raise ValueError(f"has more than {MAX_DIGITS} digits")
    return value


def decimal_number(value: Any) -> Any:  # noqa: ANN401
    """The text, checked to be a number without exponent. Raises ValueError for the user."""
    if isinstance(value, str):
        if not DECIMAL.fullmatch(value):
            raise ValueError("is not a number like 20.46")
        if len(value) > MAX_DECIMAL_CHARACTERS:
            raise ValueError(f"has more than {MAX_DECIMAL_CHARACTERS} characters")
    return value


def parse_number(text: str) -> float:
    """The number that the text writes, with an exponent or without. Raises ValueError for none, or an infinite one."""
    if not WITH_EXPONENT.fullmatch(text) or len(text) > MAX_DECIMAL_CHARACTERS:
        raise ValueError(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


Whole = Annotated[int, BeforeValidator(whole_number)]
Decimal = Annotated[float, BeforeValidator(decimal_number)]
# The number of a row in the database; of an edition, which is counted in 32 bits.
RowNumber = Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=LARGEST_INT64)]
EditionNumber = Annotated[Whole, Field(ge=1, le=LARGEST_INT32)]
