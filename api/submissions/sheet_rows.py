"""One sheet of a workbook, as rows under its header."""

from collections.abc import Iterator

from api.spreadsheets.xlsx_cells import CellReader, SheetRow
from api.submissions.columns import HeaderWords
from api.submissions.limits import Limits
from api.submissions.merged_rows import without_merged
from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawRow, TooLarge
from api.submissions.table import HEADER_SAYS, Table, is_hxl


class SheetTable(Table):
    """The rows of the sheet by column names; a computed value is left out and is a problem, as is one like `#N/A`."""

    def __init__(self, sheet: str, words: HeaderWords, problems: ProblemList, limits: Limits) -> None:
        super().__init__(words, problems, limits, sheet)
        self._sheet = sheet
        self.damaged_rows: set[int] = set()

    def rows(self, cells: CellReader) -> Iterator[RawRow]:
        found = iter(self._filled_rows(cells))
        header = next(found, None)
        if header is None:
            self.problems.add("empty_sheet", f"the sheet {self._sheet} is empty: {HEADER_SAYS}")
            return
        self._note_unusable(header)
        if not self.understand(_typed(header), header.number):
            return
        for place, row in enumerate(found):
            if place > 0 or not is_hxl(row.values.values()):
                self._note_unusable(row)
                typed = _typed(row)
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

    def _note_unusable(self, row: SheetRow) -> None:
        for position, formula in row.formulas.items():
            self._note(row, position, "formula", formula, "the cell holds a formula: paste its value in its place")
        for position in row.errors - row.formulas.keys():
            value = row.values[position]
            self._note(row, position, "error_value", value, f"the cell holds the error {value}")

    def _note(self, row: SheetRow, position: int, code: str, value: str, message: str) -> None:
        self.damaged_rows.add(row.number)
        cell, column = self.cell(position, row.number), self.column_at(position)
        self.problems.add(code, message, row=row.number, column=column, value=value, cell=cell)


def _typed(row: SheetRow) -> dict[int, str]:
    return {
        position: value
        for position, value in row.values.items()
        if position not in row.formulas and position not in row.errors
    }
