"""Properties of a collection that a filter can use."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement


class ValueKind(StrEnum):
    """Kind of a property's or an expression's value; the text is for messages."""

    STRING = "a text"
    INTEGER = "a whole number"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    DATE = "a date"
    TIMESTAMP = "a moment"
    GEOMETRY = "a geometry"
    STRINGS = "a list of texts"


@dataclass(frozen=True, slots=True)
class Queryable:
    """Property with its column or expression and the kind of its value.

    `is_day_after` marks the end of a half-open interval, such as `valid_to`. Intervals of a filter include their ends,
    so as an end it means the day before, or, for a moment, the microsecond before.
    """

    column: ColumnElement[Any]
    kind: ValueKind
    is_day_after: bool = False


Queryables = Mapping[str, Queryable]
