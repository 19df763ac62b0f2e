"""What a collection may be asked by in a filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement


class Kind(StrEnum):
    """What kind of value a property or an expression has, in the words of a message."""

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
    """A property: its column or expression, and what kind of value that has.

    `is_day_after` marks the end of a half-open interval, as `valid_to`: intervals of a filter include their ends, so
    as one it stands for the day before, or, if it is a moment, for what came just before.
    """

    column: ColumnElement[Any]
    kind: Kind
    is_day_after: bool = False


Queryables = Mapping[str, Queryable]
