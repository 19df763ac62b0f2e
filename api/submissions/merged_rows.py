"""Handling of merged cells: titles over several columns, and values that count for several rows."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from api.spreadsheets.sheet_cells import MergedCells, SheetRow


def remove_titles(rows: Sequence[SheetRow], merged: Sequence[MergedCells]) -> list[SheetRow]:
    """Remove titles and names of sections: rows with nothing but one range of merged columns."""
    spans: dict[int, list[MergedCells]] = {}
    for cells in merged:
        if cells.first_column < cells.last_column:
            spans.setdefault(cells.first_row, []).append(cells)
    return [row for row in rows if not any(_covers_row(row, cells) for cells in spans.get(row.number, []))]


def _covers_row(row: SheetRow, cells: MergedCells) -> bool:
    return all(cells.first_column <= column <= cells.last_column for column in row.columns)


def fill_merged_cells(rows: Sequence[SheetRow], merged: Sequence[MergedCells]) -> dict[int, dict[int, MergedCells]]:
    """Write the value of cells merged downwards into each of their rows; return the filled cells by row and column.

    In the file only the first of merged cells has the value, but all of them show it. A row with no other value is not
    filled. Cells merged from the header (the first row) on are left unchanged.
    """
    filled: dict[int, dict[int, MergedCells]] = {}
    by_number = {row.number: row for row in rows[1:]}
    numbers = sorted(by_number)
    for cells in _iterate_vertical_ranges(merged):
        first = by_number.get(cells.first_row)
        if first is None or cells.first_column not in first.columns:
            continue
        for number in numbers[bisect_right(numbers, cells.first_row) : bisect_right(numbers, cells.last_row)]:
            if cells.first_column not in by_number[number].columns:
                _copy_cell(first, by_number[number], cells.first_column)
                filled.setdefault(number, {})[cells.first_column] = cells
    return filled


def _iterate_vertical_ranges(merged: Sequence[MergedCells]) -> Iterator[MergedCells]:
    """Yield the ranges of several rows, except a range that overlaps another (no program writes such a range)."""
    last_rows: dict[int, int] = {}
    for cells in sorted(merged):
        if cells.first_row < cells.last_row and cells.first_row > last_rows.get(cells.first_column, 0):
            last_rows[cells.first_column] = cells.last_row
            yield cells


def _copy_cell(first: SheetRow, row: SheetRow, column: int) -> None:
    if column in first.values:
        row.values[column] = first.values[column]
    elif column in first.formulas:
        row.formulas[column] = first.formulas[column]
    if column in first.errors:
        row.errors.add(column)
