"""Reader of one sheet of a workbook as rows under a header."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from api.messages.message import Message
from api.spreadsheets.errors import TooLarge
from api.spreadsheets.serial_numbers import format_serial_day
from api.spreadsheets.sheet_cells import MergedCells, SheetCells, SheetRow, format_column_letters
from api.submissions.columns import HeaderNames
from api.submissions.limits import Limits
from api.submissions.problems import ProblemList, Severity
from api.submissions.raw_row import RawRow
from api.submissions.readers.header_table import HeaderTable, is_hxl
from api.values.written_days import parse_serial


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


class ProblemPlace(TypedDict):
    """Place of a problem in the sheet."""

    column: str | None
    cell: str | None


class SheetTable(HeaderTable):
    """Rows of the sheet by column names, with a warning for each value that looks different in the sheet.

    A formula counts as its stored result; a cell without a result, or with an error as its value, is refused.
    """

    def __init__(self, sheet: str, words: HeaderNames, problems: ProblemList, limits: Limits) -> None:
        super().__init__(words, problems, limits, sheet)
        self._sheet = sheet

    def read_rows(self, cells: SheetCells, *, may_be_empty: bool = False) -> Iterator[RawRow]:
        found = self._select_rows(cells)
        if not found:
            if not may_be_empty:
                self.problems.add(Message("empty_sheet", sheet=self._sheet))
            return
        header = found[0]
        self._note_unusable(header, None)
        if not self.read_header(_select_usable(header), header.number):
            return
        self._note_hidden_columns(cells.hidden_columns, header.number)
        filled = fill_merged_cells(found, cells.merged)
        for place, row in enumerate(found[1:]):
            usable = _select_usable(row)
            if place > 0 or not is_hxl(usable.values()):
                self._note_unusable(row, row.number)
                self._note_unseen(row, filled.get(row.number, {}))
                if cells.since_1904:
                    usable = self._convert_from_1904(row.number, usable)
                yield self.read_row(row.number, usable.items())

    def _select_rows(self, cells: SheetCells) -> list[SheetRow]:
        if len(cells.rows) > self.limits.max_rows + 1:
            raise TooLarge("too_large.rows_of_sheet", sheet=self._sheet, most=self.limits.max_rows)
        return remove_titles(cells.rows, cells.merged)

    def _note_unusable(self, row: SheetRow, number: int | None) -> None:
        """Add problems for a row's formulas and error values; `number` is None for the header: problems of the file."""
        for position, formula in row.formulas.items():
            if position not in row.errors:
                self._note_formula(row, number, position, formula)
        for position in sorted(row.errors):
            value = row.values[position]
            key = "error_value.formula" if position in row.formulas else "error_value"
            self._note(row, number, position, Message(key, value=value), value)

    def _note_formula(self, row: SheetRow, number: int | None, position: int, formula: str) -> None:
        result = row.values.get(position)
        if result is None:
            self._note(row, number, position, Message("formula.without_result"), formula)
        else:
            self._note(row, number, position, Message("formula", result=result), formula, is_error=False)

    def _note_unseen(self, row: SheetRow, filled: Mapping[int, MergedCells]) -> None:
        """Add warnings for values that are hidden, struck through, or in another place than the sheet shows."""
        for position, merged in filled.items():
            value = row.values.get(position, "")
            rows = {"first": merged.first_row, "last": merged.last_row}
            message = Message("merged_cells", cells=merged.name, value=value, **rows)
            self._note(row, row.number, position, message, value, is_error=False)
        if row.is_hidden:
            self.problems.add(Message("hidden_row"), row=row.number, severity="warning")
        if row.struck:
            names = [f"{format_column_letters(position)}{row.number}" for position in sorted(row.struck)]
            self.problems.add(Message("struck_through", cells=names), row=row.number, severity="warning")

    def _note_hidden_columns(self, hidden: set[int], header: int) -> None:
        for position in sorted(hidden):
            if (column := self.find_column_at(position)) is not None:
                message = Message("hidden_column", column=column)
                cell = self.format_cell_name(position, header)
                self.problems.add(message, column=column, cell=cell, severity="warning")

    def _convert_from_1904(self, number: int, values: dict[int, str]) -> dict[int, str]:
        """Convert numbers in columns of days to days: only the workbook has the epoch of its numbers."""
        found = dict(values)
        for position, value in values.items():
            if self.find_kind_at(position) == "day" and (serial := parse_serial(value)) is not None:
                found[position] = format_serial_day(serial, since_1904=True)
                message = Message("read_as.since_1904", value=value, read=found[position])
                place = self._place(number, position)
                self.problems.add(message, row=number, value=value, severity="warning", **place)
        return found

    def _note(
        self,
        row: SheetRow,
        number: int | None,
        position: int,
        message: Message,
        value: str,
        *,
        is_error: bool = True,
    ) -> None:
        place = self._place(row.number, position)
        severity: Severity = "error" if is_error else "warning"
        self.problems.add(message, row=number, value=value, severity=severity, **place)

    def _place(self, number: int, position: int) -> ProblemPlace:
        return {"column": self.find_column_at(position), "cell": self.format_cell_name(position, number)}


def _select_usable(row: SheetRow) -> dict[int, str]:
    if not row.errors:
        return row.values
    return {position: value for position, value in row.values.items() if position not in row.errors}
