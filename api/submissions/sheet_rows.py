"""One sheet of a workbook, as rows under its header."""

from collections.abc import Iterator
from typing import TypedDict

from api.spreadsheets.xlsx_cells import CellReader, SheetRow
from api.submissions.columns import HeaderWords
from api.submissions.limits import Limits
from api.submissions.merged_rows import without_merged
from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawRow, TooLarge
from api.submissions.table import HEADER_SAYS, Table, is_hxl


class Place(TypedDict):
    """Where in the sheet a problem is."""

    column: str | None
    cell: str | None


class SheetTable(Table):
    """The rows of the sheet by column names; a computed value is left out and is a problem, as is one like `#N/A`."""

    def __init__(self, sheet: str, words: HeaderWords, problems: ProblemList, limits: Limits) -> None:
        super().__init__(words, problems, limits, sheet)
        self._sheet = sheet

    def rows(self, cells: CellReader, *, may_be_empty: bool = False) -> Iterator[RawRow]:
        found = iter(self._filled_rows(cells))
        header = next(found, None)
        if header is None:
            if not may_be_empty:
                self.problems.add("empty_sheet", f"the sheet {self._sheet} is empty: {HEADER_SAYS}")
            return
        self._note_unusable(header, None)
        if not self.understand(_typed(header), header.number):
            return
        for place, row in enumerate(found):
            typed = _typed(row)
            if place > 0 or not is_hxl(typed.values()):
                self._note_unusable(row, row.number)
                yield RawRow(row.number, self.values(row.number, typed), cells=self.cells(row.number, typed))

    def _filled_rows(self, cells: CellReader) -> list[SheetRow]:
        rows: list[SheetRow] = []
        for row in cells.rows():
            rows.append(row)
            if len(rows) > self.limits.most_rows + 1:
                raise TooLarge(
                    f"the sheet {self._sheet} has more than {self.limits.most_rows:,} rows, which is the limit"
                )
        return without_merged(rows, cells.merged)

    def _note_unusable(self, row: SheetRow, number: int | None) -> None:
        """`number` is that of the row; None for the header, whose problems are the file's as a whole."""
        for position, formula in row.formulas.items():
            message = "the cell holds a formula: paste its value in its place"
            self.problems.add("formula", message, row=number, value=formula, **self._place(row, position))
        for position in sorted(row.errors - row.formulas.keys()):
            value = row.values[position]
            message = f"the cell holds the error {value}"
            self.problems.add("error_value", message, row=number, value=value, **self._place(row, position))

    def _place(self, row: SheetRow, position: int) -> Place:
        return {"column": self.column_at(position), "cell": self.cell(position, row.number)}


def _typed(row: SheetRow) -> dict[int, str]:
    return {
        position: value
        for position, value in row.values.items()
        if position not in row.formulas and position not in row.errors
    }
