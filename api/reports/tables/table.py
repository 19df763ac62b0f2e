"""Table of a report, for pages and workbooks alike."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from api.reports.translations import DASH, Translations

WEIGHTS = {"text": 3.2, "code": 3.2, "long": 8, "count": 1.3, "share": 1, "change": 1.25, "day": 1.7, "month": 1.5}
ColumnKind = Literal["text", "code", "long", "count", "share", "change", "day", "month"]


@dataclass(frozen=True, slots=True)
class Column:
    """Column of a table. `kind` sets how a value is written. Columns of one `head` are side by side below it."""

    label: str
    kind: ColumnKind = "text"
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values, one value for each column, None for no value. Rows in `totals` are highlighted.

    `more` is the address of all rows, if the table has only a part of them.
    """

    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    more: str = ""
    more_says: str = ""
    totals: frozenset[int] = frozenset()

    @property
    def widths(self) -> list[float]:
        """Width of each column, in per cent of the table. Measuring the content would take a printer long."""
        weights = [WEIGHTS[column.kind] for column in self.columns]
        return [round(100 * weight / sum(weights), 2) for weight in weights]

    @property
    def heads(self) -> list[tuple[str | None, int]]:
        """Each head with the number of its columns, in order."""
        spans: list[tuple[str | None, int]] = []
        for column in self.columns:
            if spans and column.head is not None and spans[-1][0] == column.head:
                spans[-1] = (column.head, spans[-1][1] + 1)
            else:
                spans.append((column.head, 1))
        return spans

    def shown(self, words: Translations) -> Iterator[list[str]]:
        """Yield the rows as printed texts."""
        for row in self.rows:
            yield [_format_cell(value, column.kind, words) for value, column in zip(row, self.columns, strict=True)]


def _format_cell(value: Any, kind: ColumnKind, words: Translations) -> str:  # noqa: ANN401 - a cell's value
    if value is None or value == "":
        return DASH
    written: dict[str, Callable[[Any], str]] = {
        "count": words.count,
        "share": words.share,
        "change": words.format_points_change,
        "month": words.month,
    }
    return written[kind](value) if kind in written else str(value)


def build_columns(words: Translations, *named: tuple[str, ColumnKind]) -> list[Column]:
    """Build columns by the names of their labels."""
    return [Column(words("column", name), kind) for name, kind in named]
