"""JSON put together as text in the database.

row_to_json and to_json look up how to write each value anew, row by row: of the points of the world that was a quarter
of the time. What a column can hold is known when the statement is made.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Date, DateTime, Integer, Text, case, cast, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.functions import coalesce

NULL = "null"


class Code(Text):
    """Text without anything that JSON escapes: a code of a list, which the tables check, or one of the alphabet."""


class Json(Text):
    """Text that is JSON already."""


class NamedMoment(DateTime):
    """A moment that features have only where it is named, in JSON by the clock in UTC and without a time zone.

    QGIS compares clocks: it turns a moment with a zone into the clock of its user, and would be a day off.
    """


class Members(Text):
    """Text that is members of a JSON object already, those of these names: written before, or once for many rows."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names


class Opening(Members):
    """Text that begins a whole GeoJSON feature: its id, its geometry in degrees, and these of its properties."""


def json_members(columns: Sequence[ColumnElement[Any]], *, follows: bool = False) -> list[ColumnElement[str]]:
    """Texts to put together: the columns as members of an object, by their names.

    A comma stands before the first of them where it `follows` another.
    """
    return [
        json_value(column, f"{',' if place or follows else ''}{json.dumps(column.key)}:")
        for place, column in enumerate(columns)
    ]


def json_value(column: ColumnElement[Any], before: str) -> ColumnElement[str]:
    """SQL expression: the value as JSON text, as row_to_json writes it, behind the text `before`.

    Whatever is put to a text copies it: so what stands before a value is one text with its quotation mark.
    """
    opening, text, closing = _pieces(column)
    # Null where the text is, unlike what concat() would give.
    written = before + opening + text
    return func.coalesce(written + closing if closing else written, before + NULL, type_=Text)


def _pieces(column: ColumnElement[Any]) -> tuple[str, ColumnElement[str], str]:
    """What stands before the value, its text (null where it is), and what stands behind."""
    kind = column.type
    if isinstance(kind, Json):
        return "", column, ""
    if isinstance(kind, Code):
        return '"', cast(column, Text), '"'
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, Code):
        quoted = '"' + func.array_to_string(column, '","', type_=Text) + '"'
        return "[", case((func.cardinality(column) == 0, ""), else_=quoted), "]"
    if isinstance(kind, Date):
        # PostgreSQL is told to write days as ISO 8601 has them: see api/database.py.
        return '"', cast(column, Text), '"'
    if isinstance(kind, Boolean | Integer):
        return "", cast(column, Text), ""
    value = func.timezone("UTC", column) if isinstance(kind, NamedMoment) else column
    return "", cast(func.to_json(value), Text), ""


def put_together(*parts: Any) -> ColumnElement[str]:  # noqa: ANN401 - texts and expressions
    """SQL expression: the parts one after another; one that is null is left out."""
    return _joined([_never_null(part) for part in _with_texts_joined(parts)])


def _with_texts_joined(parts: Sequence[Any]) -> Iterator[Any]:
    """The parts, with one text in place of several that follow one another."""
    for is_text, group in groupby(parts, lambda part: isinstance(part, str)):
        if is_text:
            yield "".join(group)
        else:
            yield from group


def _never_null(part: Any) -> ColumnElement[str]:  # noqa: ANN401
    """A null would make a null of all that it is put together with, and so lose a feature."""
    if isinstance(part, str):
        return literal(part, Text)
    if isinstance(part, coalesce) and isinstance(list(part.clauses)[-1], BindParameter):
        return part
    return func.coalesce(part, "", type_=Text)


def _joined(parts: Sequence[ColumnElement[str]]) -> ColumnElement[str]:
    """In halves, so that little is copied often; concat() has each part written as output first, which takes longer."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return _joined(parts[:middle]).op("||", return_type=Text())(_joined(parts[middle:]).self_group())
