"""Scan of a sheet for data that calamine does not return (formulas, errors, merged cells), and for the sheet's extent.

calamine does not limit the extent: one huge row number in a file of a few hundred bytes makes it allocate all memory,
which ends the process.
"""

import re
from collections.abc import Sequence

from api.spreadsheets.errors import TooLarge
from api.spreadsheets.limits import LAST_ROW
from api.spreadsheets.sheet_cells import (
    Bounds,
    MergedCells,
    SheetRow,
    TextBudget,
    parse_column_letters,
    refuse_far_column,
)
from api.spreadsheets.xlsx.xml_reader import XmlReader

MAX_MERGED_CELLS = 100_000
ELEMENTS_PER_CELL = 3
SMALL_AREA = 1_000_000
DIGITS = "0123456789"
BOOLEAN_FORMULAS = {"=TRUE()", "=FALSE()"}  # LibreOffice writes true and false that people typed as these formulas
TRUE_VALUES = {"1", "true"}
CELL_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})(?::([A-Za-z]{1,3})([0-9]{1,7}))?")


class SheetScan(XmlReader):
    """Reader that collects everything about a sheet's cells except their values.

    `rows`, by number, are the rows that are hidden or have formulas, errors or struck-through text; their `values` hold
    errors only. `last_row` and `last_column` are the last with a value; `merged` and `hidden_columns` are as in
    SheetCells. Raises UnreadableTable and TooLarge.
    """

    def __init__(
        self,
        part: str,
        bounds: Bounds,
        budget: TextBudget,
        *,
        most_elements: int,
        lengths: Sequence[int],
        struck: set[str],
    ) -> None:
        begin = {
            "row": self._begin_row,
            "c": self._begin_cell,
            "f": self._begin_formula,
            "rPh": self._begin_phonetic,
            "mergeCell": self._add_merged,
            "col": self._add_columns,
        }
        end = {"c": self._end_cell, "f": self._end_formula, "rPh": self._end_phonetic}
        super().__init__(part, most_elements, begin=begin, end=end)
        self.rows: dict[int, SheetRow] = {}
        self.merged: list[MergedCells] = []
        self.hidden_columns: set[int] = set()
        self.last_row = self.last_column = 0
        self._bounds, self._budget, self._lengths, self._struck = bounds, budget, lengths, struck
        self._number = self._column = 0
        self._is_hidden = False
        self._kind, self._style = "n", ""
        self._formula: str | None = None
        self._shared_formulas: dict[str, str] = {}
        self._shared: str | None = None
        self._pieces: list[str] | None = None  # of text; None outside of cells
        self._is_phonetic = False

    def handle_text(self, text: str) -> None:
        if self._pieces is not None and not self._is_phonetic:
            self._budget.take(len(text))
            self._pieces.append(text)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", str(self._number + 1))
        if not number.isdecimal() or len(number) > 7 or not self._number < int(number) <= LAST_ROW:
            raise self.build_xml_error(f"row {number[:20]!r} follows row {self._number}")
        self._number, self._column = int(number), 0
        self._is_hidden = attributes.get("hidden") in TRUE_VALUES

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._column = self._parse_column(reference) if reference else self._column + 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._formula = None
        self._pieces = []

    def _parse_column(self, reference: str) -> int:
        """Parse the column of a reference, which has to name the current row: calamine places the cell by reference."""
        found = CELL_REFERENCE.fullmatch(reference)
        column = parse_column_letters(found[1]) if found else 0
        if found is None or not column or int(found[2]) != self._number:
            raise self.build_xml_error(f"there is no cell {reference[:20]!r} in row {self._number}")
        return column

    def _begin_formula(self, attributes: dict[str, str]) -> None:
        self._shared = attributes.get("si") if attributes.get("t") == "shared" else None
        self._pieces = []

    def _end_formula(self) -> None:
        """Store the formula; of a formula that was filled down, only the first cell has the text."""
        formula = "=" + "".join(self._pieces or ())
        self._pieces = []
        if self._shared is not None and formula != "=":
            self._shared_formulas[self._shared] = formula
        if formula.upper() not in BOOLEAN_FORMULAS:
            self._formula = self._shared_formulas.get(self._shared, formula) if self._shared else formula

    def _end_cell(self) -> None:
        text = "".join(self._pieces or ()).strip()
        self._pieces = None
        if text:
            self._note_value(text)
        if self._formula is not None and (text or self._kind != "str"):
            self._get_row().formulas[self._column] = self._formula

    def _note_value(self, text: str) -> None:
        refuse_far_column(self._number, self._column, self._bounds)
        self.last_row, self.last_column = self._number, max(self.last_column, self._column)
        if self._kind == "s":
            self._take_shared(text)
        if self._kind == "e":
            self._get_row().values[self._column] = text
            self._get_row().errors.add(self._column)
        if self._style in self._struck:
            self._get_row().struck.add(self._column)
        if self._is_hidden:
            self._get_row().is_hidden = True

    def _take_shared(self, index: str) -> None:
        if not index.isdecimal() or len(index) > 9 or int(index) >= len(self._lengths):
            raise self.build_xml_error(f"a cell of row {self._number} names text {index[:20]!r}, which is not there")
        self._budget.take(self._lengths[int(index)])

    def _get_row(self) -> SheetRow:
        return self.rows.setdefault(self._number, SheetRow(self._number))

    def _begin_phonetic(self, _: dict[str, str]) -> None:
        self._is_phonetic = True

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _add_merged(self, attributes: dict[str, str]) -> None:
        found = CELL_REFERENCE.fullmatch(attributes.get("ref", ""))
        if found is not None and found[3] and len(self.merged) < MAX_MERGED_CELLS:
            first, last = parse_column_letters(found[1]), parse_column_letters(found[3])
            self.merged.append(MergedCells(int(found[2]), first, int(found[4]), last))

    def _add_columns(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if (
            attributes.get("hidden") in TRUE_VALUES
            and first.isdecimal()
            and last.isdecimal()
            and len(first) + len(last) < 12
        ):
            self.hidden_columns |= set(range(int(first), min(int(last), self._bounds.columns) + 1))


def is_large_area(rows: int, columns: int, bounds: Bounds) -> bool:
    """Return whether calamine would need too much memory: it allocates each cell of the rectangle, also empty cells."""
    return rows * columns > max(2 * bounds.cells, SMALL_AREA)


def refuse_large_area(rows: int, columns: int, bounds: Bounds) -> None:
    """Refuse a large area (`is_large_area`) with TooLarge."""
    if is_large_area(rows, columns, bounds):
        raise TooLarge("too_large.far_row", row=rows)
