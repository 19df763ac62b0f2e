"""JSON put together as text in the database.

row_to_json and to_json look up how to write each value anew, row by row: of the points of the world that was a quarter
of the time. What a column can hold is known when the statement is made.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Integer, Text, case, cast, func
from sqlalchemy.dialects.postgresql import ARRAY

# PostgreSQL takes no more arguments for a function than a hundred.
MOST_ARGUMENTS = 90
NULL = "null"


class Code(Text):
    """Text without anything that JSON escapes: a code of a list, which the tables check, or one of the alphabet."""


class Json(Text):
    """Text that is JSON already."""


class Members(Text):
    """Text that is members of a JSON object already, those of these names: written before, or once for many rows."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names


def json_members(columns: Sequence[ColumnElement[Any]], *, follows: bool = False) -> list[Any]:
    """Parts of text to put together: the columns as members of an object, by their names.

    A comma stands before the first of them where it `follows` another.
    """
    parts: list[Any] = []
    for place, column in enumerate(columns):
        comma = "," if place or follows else ""
        parts += [f"{comma}{json.dumps(column.key)}:", json_value(column)]
    return parts


def json_value(column: ColumnElement[Any]) -> ColumnElement[str]:
    """SQL expression: the value as JSON text, as row_to_json writes it."""
    kind = column.type
    if isinstance(kind, Json):
        return func.coalesce(column, NULL)
    if isinstance(kind, Code):
        return func.coalesce(_quoted(column), NULL)
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, Code):
        listed = func.array_to_string(column, '","')
        return case((func.cardinality(column) == 0, "[]"), else_=func.coalesce(_quoted(listed, '["', '"]'), NULL))
    if isinstance(kind, Date):
        # PostgreSQL is told to write days as ISO 8601 has them: see api/database.py.
        return func.coalesce(_quoted(cast(column, Text)), NULL)
    if isinstance(kind, Boolean | Integer):
        return func.coalesce(cast(column, Text), NULL)
    return func.coalesce(cast(func.to_json(column), Text), NULL)


def put_together(*parts: Any) -> ColumnElement[str]:  # noqa: ANN401 - texts and expressions
    """SQL expression: the parts one after another; one that is null is left out."""
    if len(parts) <= MOST_ARGUMENTS:
        return func.concat(*parts, type_=Text)
    return func.concat(put_together(*parts[:MOST_ARGUMENTS]), put_together(*parts[MOST_ARGUMENTS:]), type_=Text)


def _quoted(text: ColumnElement[Any], opening: str = '"', closing: str = '"') -> ColumnElement[Any]:
    """SQL expression: null where the text is, unlike what concat() would give."""
    return opening + cast(text, Text) + closing
