"""One sheet of a workbook, as rows under its header."""

from collections.abc import Iterator, Mapping
from typing import TypedDict

from api.spreadsheets.serial_days import day_text
from api.spreadsheets.sheet_cells import MergedCells, SheetCells, SheetRow, column_letters
from api.submissions.columns import HeaderWords
from api.submissions.limits import Limits
from api.submissions.merged_rows import fill_merged_down, without_titles
from api.submissions.problem_list import ProblemList, shown
from api.submissions.raw import RawRow, Severity, TooLarge
from api.submissions.table import HEADER_SAYS, Table, is_hxl
from api.values.written_days import parse_serial


class Place(TypedDict):
    """Where in the sheet a problem is."""

    column: str | None
    cell: str | None


class SheetTable(Table):
    """The rows of the sheet by column names, with a notice of all that is read otherwise than it looks in the sheet.

    A formula counts as its stored result; without one, and with an error as its value, a cell is refused.
    """

    def __init__(self, sheet: str, words: HeaderWords, problems: ProblemList, limits: Limits) -> None:
        super().__init__(words, problems, limits, sheet)
        self._sheet = sheet

    def rows(self, cells: SheetCells, *, may_be_empty: bool = False) -> Iterator[RawRow]:
        found = self._filled_rows(cells)
        if not found:
            if not may_be_empty:
                self.problems.add("empty_sheet", f"the sheet {self._sheet} is empty: {HEADER_SAYS}")
            return
        header = found[0]
        self._note_unusable(header, None)
        if not self.understand(_usable(header), header.number):
            return
        self._note_hidden_columns(cells.hidden_columns, header.number)
        filled = fill_merged_down(found, cells.merged)
        for place, row in enumerate(found[1:]):
            usable = _usable(row)
            if place > 0 or not is_hxl(usable.values()):
                self._note_unusable(row, row.number)
                self._note_unseen(row, filled.get(row.number, {}))
                if cells.since_1904:
                    usable = self._from_1904(row.number, usable)
                yield RawRow(row.number, self.values(row.number, usable), cells=self.cells(row.number, usable))

    def _filled_rows(self, cells: SheetCells) -> list[SheetRow]:
        if len(cells.rows) > self.limits.most_rows + 1:
            raise TooLarge(f"the sheet {self._sheet} has more than {self.limits.most_rows:,} rows, which is the limit")
        return without_titles(cells.rows, cells.merged)

    def _note_unusable(self, row: SheetRow, number: int | None) -> None:
        """`number` is that of the row; None for the header, whose problems are the file's as a whole."""
        for position, formula in row.formulas.items():
            if position not in row.errors:
                self._note_formula(row, number, position, formula)
        for position in sorted(row.errors):
            value = row.values[position]
            subject = "the cell's formula gives" if position in row.formulas else "the cell holds"
            self._note(row, number, position, "error_value", f"{subject} the error {value}", value)

    def _note_formula(self, row: SheetRow, number: int | None, position: int, formula: str) -> None:
        result = row.values.get(position)
        if result is None:
            message = "the cell holds a formula without a stored result: paste its value in its place"
            self._note(row, number, position, "formula", message, formula)
        else:
            message = f"the cell holds a formula; what it last gave, {shown(result)!r}, was taken"
            self._note(row, number, position, "formula", message, formula, is_error=False)

    def _note_unseen(self, row: SheetRow, filled: Mapping[int, MergedCells]) -> None:
        """Note what somebody who looks at the sheet does not see, or sees in another place."""
        for position, merged in filled.items():
            value = row.values.get(position, "")
            rows = f"rows {merged.first_row} to {merged.last_row}"
            message = f"the cells {merged.name} are merged: {shown(value)!r} counts for all of {rows}"
            self._note(row, row.number, position, "merged_cells", message, value, is_error=False)
        if row.is_hidden:
            message = "the row is hidden in the sheet, perhaps by a filter, and was taken all the same"
            self.problems.add("hidden_row", message, row=row.number, severity="warning")
        if row.struck:
            names = ", ".join(f"{column_letters(position)}{row.number}" for position in sorted(row.struck))
            message = f"the text of {names} is struck through, and was taken all the same"
            self.problems.add("struck_through", message, row=row.number, severity="warning")

    def _note_hidden_columns(self, hidden: set[int], header: int) -> None:
        for position in sorted(hidden):
            if (column := self.column_at(position)) is not None:
                message = f"the column {column} is hidden in the sheet, and its values were taken all the same"
                cell = self.cell(position, header)
                self.problems.add("hidden_column", message, column=column, cell=cell, severity="warning")

    def _from_1904(self, number: int, values: dict[int, str]) -> dict[int, str]:
        """The values, with numbers in columns of days as days: only the workbook says from when it counts."""
        found = dict(values)
        for position, value in values.items():
            if self.kind_at(position) == "day" and (serial := parse_serial(value)) is not None:
                found[position] = day_text(serial, since_1904=True)
                message = f"{value!r} was read as {found[position]}, counted from 1904 as the workbook does"
                place = self._place(number, position)
                self.problems.add("read_as", message, row=number, value=value, severity="warning", **place)
        return found

    def _note(
        self,
        row: SheetRow,
        number: int | None,
        position: int,
        code: str,
        message: str,
        value: str,
        *,
        is_error: bool = True,
    ) -> None:
        place = self._place(row.number, position)
        severity: Severity = "error" if is_error else "warning"
        self.problems.add(code, message, row=number, value=value, severity=severity, **place)

    def _place(self, number: int, position: int) -> Place:
        return {"column": self.column_at(position), "cell": self.cell(position, number)}


def _usable(row: SheetRow) -> dict[int, str]:
    if not row.errors:
        return row.values
    return {position: value for position, value in row.values.items() if position not in row.errors}
