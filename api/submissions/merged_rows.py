"""Rows of a sheet that are for the eye: a title or the name of a section, in cells merged across the columns."""

from collections.abc import Iterable

from api.spreadsheets.xlsx_cells import DIGITS, SheetRow, column_number


def without_merged(rows: list[SheetRow], merged: Iterable[str]) -> list[SheetRow]:
    """The rows of which more is filled in than one range of merged columns ("A1:F1")."""
    spans = _spans_by_row(merged)
    return [row for row in rows if not _is_title(row, spans.get(row.number, []))]


def _is_title(row: SheetRow, spans: list[tuple[int, int]]) -> bool:
    return any(all(first <= column <= last for column in row.columns) for first, last in spans)


def _spans_by_row(merged: Iterable[str]) -> dict[int, list[tuple[int, int]]]:
    """First and last column of what is merged across columns, by the row in which it begins."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for begin, _, end in (reference.partition(":") for reference in merged):
        first, last = column_number(begin.rstrip(DIGITS)), column_number(end.rstrip(DIGITS))
        row = begin[len(begin.rstrip(DIGITS)) :]
        if 0 < first < last and 0 < len(row) < 8:
            spans.setdefault(int(row), []).append((first, last))
    return spans
