"""Annotations of parameters for the OpenAPI document: allowed values and patterns."""

from dataclasses import dataclass
from typing import Any

_MONTH_AND_DAY = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DAY = f"[1-9][0-9]{{3}}-{_MONTH_AND_DAY}"
_ZONE = "([Zz]|[+-][0-9]{2}:[0-9]{2})"
_TIME = "[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?"
_INSTANT = f"{_DAY}({_TIME}{_ZONE})?"
_SIDE = f"({_INSTANT}|\\.\\.)?"

DATETIME_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^({_INSTANT}|{_SIDE}/{_SIDE})$"}
"""OGC's `datetime`: a day, a date-time, or an interval of these, open at a side."""
INSTANT_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^{_INSTANT}$"}
"""A day, or a date-time with its offset."""


@dataclass(frozen=True, slots=True)
class AllowedValues:
    """Annotation of a parameter: the values allowed."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValuePattern:
    """Annotation of a parameter: the regular expression of each value."""

    pattern: str
