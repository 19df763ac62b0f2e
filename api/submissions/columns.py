"""Columns that a weekly update may have, read once from the TOML files in this folder."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter

from models.codes import Identifier, Labels, TrimmedText, fold_text, suggest_meanings

Kind = Literal["text", "day", "code", "country", "count", "number", "url", "yes_or_no"]
# Real headers are shorter; comparing longer texts would only take time.
MAX_HEADER_CHARACTERS = 100
# Marks of an HXL tag and of a question.
NON_HEADER_MARKS = "#?"
DATE_FORMAT_HINT = re.compile(r"[(\[]\s*[dmyja]{1,4}([-./ ][dmyja]{1,4}){2}\s*[)\]]\s*\Z", re.IGNORECASE)


class InvalidColumns(ValueError):
    """Error of a header that could mean two columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Column of a weekly update: `list` is the code list of its values, `several` whether it takes several values.

    `rows` are the kinds of rows that have the column: names of `row_kinds.py`. `headings` are other headers that people
    use for the column, if they can mean no other column.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Identifier
    kind: Kind
    labels: Labels
    says: TrimmedText
    rows: tuple[Identifier, ...] = ()
    several: bool = False
    list: Identifier | None = None
    headings: tuple[TrimmedText, ...] = ()


def parse_columns(text: str) -> dict[str, Column]:
    """Parse the columns of a TOML text, by name and in its order. Raises pydantic's ValidationError."""
    named = [{"name": name, **table} for name, table in tomllib.loads(text).items()]
    return {column.name: column for column in TypeAdapter(list[Column]).validate_python(named)}


def _load_columns(name: str) -> dict[str, Column]:
    return parse_columns(resources.files("api.submissions").joinpath(name).read_text(encoding="utf-8"))


COLUMNS: Mapping[str, Column] = _load_columns("columns.toml")
"""Columns of the sheet or list of points."""


def list_kind_columns(kind: str) -> frozenset[str]:
    """List the names of the columns that rows of the kind have."""
    return frozenset(column.name for column in COLUMNS.values() if kind in column.rows)


LIST_COLUMNS = frozenset(column.name for column in COLUMNS.values() if column.several)
"""Names of the columns that take several values."""

SHARED_COLUMNS = (
    "point",
    "direction",
    "traffic",
    "affected_populations",
    "nationality_rule",
    "nationalities",
    "comment",
)
MEASURE_COLUMNS: Mapping[str, Column] = _load_columns("measure_columns.toml") | {
    name: COLUMNS[name] for name in SHARED_COLUMNS
}
"""Columns of the sheet or list of measures: the columns of the table restriction_measure, and the point."""


class HeaderNames:
    """Accepted headers of the columns of one sheet: their names, labels in all languages and headings, folded."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self._words: dict[str, Column] = {}
        for column in columns.values():
            for word in (column.name, *column.labels.values(), *column.headings):
                if self._words.setdefault(fold_text(word), column) is not column:
                    raise InvalidColumns(f"{word!r} could mean {column.name} or {self._words[fold_text(word)].name}")
        self._named = lru_cache(maxsize=1000)(self._find_column)

    def _find_column(self, header: str) -> Column | None:
        """Return the column of a header; ignore a date format at the end of the header, as in Date (yyyy-mm-dd)."""
        if any(mark in header for mark in NON_HEADER_MARKS):
            return None
        return self._words.get(fold_text(DATE_FORMAT_HINT.sub("", header)))

    def find_nearest(self, header: str, limit: int = 3) -> tuple[str, ...]:
        """Return up to `limit` names of columns with a name or label similar to the header; the most similar first."""
        names = {word: column.name for word, column in self._words.items()}
        return tuple(suggest_meanings(header[:MAX_HEADER_CHARACTERS], names, limit))

    def find_column(self, header: str) -> Column | None:
        """Return the column of the header, or None. A text longer than LONGEST_HEADER is not cached."""
        return self._named(header) if len(header) <= MAX_HEADER_CHARACTERS else None


POINT_HEADERS = HeaderNames(COLUMNS)
MEASURE_HEADERS = HeaderNames(MEASURE_COLUMNS)


def find_column(header: str) -> Column | None:
    """Return the column of a header (its name, or its label in any language), or None."""
    return POINT_HEADERS.find_column(header)


def suggest_columns(header: str, limit: int = 3) -> tuple[str, ...]:
    """Return names of columns for "did you mean" after a misspelt header; the most similar first."""
    return POINT_HEADERS.find_nearest(header, limit)
