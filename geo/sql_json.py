"""JSON concatenated as text in the database.

row_to_json and to_json look up the output function of each value again for every row: a quarter of the time for the
points of the world. The types of the columns are fixed when the statement is built.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Date, DateTime, Integer, Text, case, cast, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.functions import coalesce

JSON_NULL = "null"


class CodeText(Text):
    """Text without any character that JSON escapes: a code of a list, which the tables check, or a code of letters."""


class JsonText(Text):
    """Text that is JSON already."""


class ExplicitTimestamp(DateTime):
    """A moment that features include only where a request names it, in JSON as UTC and without a time zone.

    QGIS compares clocks: it converts a moment with a zone to the clock of its user, and would be a day off.
    """


class JsonMembers(Text):
    """Text that already is the members of a JSON object with these names: built before, or once for many rows."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names


class FeatureOpening(JsonMembers):
    """Text that begins a whole GeoJSON feature: its id, its geometry in degrees, and these of its properties."""


def build_json_members(columns: Sequence[ColumnElement[Any]], *, follows: bool = False) -> list[ColumnElement[str]]:
    """Build the columns as members of an object, by their names, as texts to concatenate.

    The first member starts with a comma if it `follows` another.
    """
    return [
        build_json_value(column, f"{',' if place or follows else ''}{json.dumps(column.key)}:")
        for place, column in enumerate(columns)
    ]


def build_json_value(column: ColumnElement[Any], before: str) -> ColumnElement[str]:
    """Build the SQL expression of the value as JSON text, as row_to_json writes it, behind the text `before`.

    PostgreSQL copies a text for each concatenation, so the text before a value and its quotation mark are one text.
    """
    opening, text, closing = _build_value_parts(column)
    # Null where the text is null, unlike with concat().
    written = before + opening + text
    return func.coalesce(written + closing if closing else written, before + JSON_NULL, type_=Text)


def _build_value_parts(column: ColumnElement[Any]) -> tuple[str, ColumnElement[str], str]:
    """Return the text before the value, the value's text (null for a null value), and the text behind it."""
    kind = column.type
    if isinstance(kind, JsonText):
        return "", column, ""
    if isinstance(kind, CodeText):
        return '"', cast(column, Text), '"'
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, CodeText):
        quoted = '"' + func.array_to_string(column, '","', type_=Text) + '"'
        return "[", case((func.cardinality(column) == 0, ""), else_=quoted), "]"
    if isinstance(kind, Date):
        # PostgreSQL is configured to write days in ISO 8601: see api/database/engine.py.
        return '"', cast(column, Text), '"'
    if isinstance(kind, Boolean | Integer):
        return "", cast(column, Text), ""
    value = func.timezone("UTC", column) if isinstance(kind, ExplicitTimestamp) else column
    return "", cast(func.to_json(value), Text), ""


def concatenate_text(*parts: Any) -> ColumnElement[str]:  # noqa: ANN401 - texts and expressions
    """Build the SQL expression that concatenates the parts; it leaves out null parts."""
    return _concatenate_balanced([_replace_null(part) for part in _merge_literals(parts)])


def _merge_literals(parts: Sequence[Any]) -> Iterator[Any]:
    """Yield the parts, with consecutive texts merged into one."""
    for is_text, group in groupby(parts, lambda part: isinstance(part, str)):
        if is_text:
            yield "".join(group)
        else:
            yield from group


def _replace_null(part: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Replace null by an empty text: a null part would turn the whole text into null, and so lose a feature."""
    if isinstance(part, str):
        return literal(part, Text)
    if isinstance(part, coalesce) and isinstance(list(part.clauses)[-1], BindParameter):
        return part
    return func.coalesce(part, "", type_=Text)


def _concatenate_balanced(parts: Sequence[ColumnElement[str]]) -> ColumnElement[str]:
    """Concatenate in halves, to copy little text often; concat() is slower, as it writes each part as output first."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return _concatenate_balanced(parts[:middle]).op("||", return_type=Text())(
        _concatenate_balanced(parts[middle:]).self_group()
    )
