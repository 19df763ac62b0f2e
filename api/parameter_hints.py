"""What the type of a parameter does not tell: its values, or how they are written. For the API document alone."""

from dataclasses import dataclass
from typing import Any

_MONTH_AND_DAY = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DAY = f"[1-9][0-9]{{3}}-{_MONTH_AND_DAY}"
_ZONE = "([Zz]|[+-][0-9]{2}:[0-9]{2})"
_TIME = "[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?"
_INSTANT = f"{_DAY}({_TIME}{_ZONE})?"
_SIDE = f"({_INSTANT}|\\.\\.)?"

DATETIME: dict[str, Any] = {"type": "string", "pattern": f"^({_INSTANT}|{_SIDE}/{_SIDE})$"}
"""OGC's `datetime`: a day, a date-time, or an interval of such, open at a side."""
INSTANT: dict[str, Any] = {"type": "string", "pattern": f"^{_INSTANT}$"}
"""A day, or a date-time with its offset."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Put among the annotations of a parameter: each of its values is one of these."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrittenAs:
    """Put among the annotations of a parameter: each of its values matches this regular expression."""

    pattern: str
