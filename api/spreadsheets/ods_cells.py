"""Reader of the cells of an OpenDocument spreadsheet, in which rows and cells have a number of repetitions.

A few bytes can repeat a cell a billion times. calamine allocates up to a hundred million cells for them, and returns
neither formulas nor hidden rows, columns and sheets.
"""

import re
from functools import lru_cache, partial
from typing import NamedTuple

from api.spreadsheets.errors import TooLarge
from api.spreadsheets.limits import LAST_COLUMN, LAST_ROW
from api.spreadsheets.serial_numbers import normalize_number
from api.spreadsheets.sheet_cells import Bounds, MergedCells, SheetCells, SheetRow, TextBudget, refuse_far_column
from api.spreadsheets.xlsx.xml_reader import BeginHandler, EndHandler, XmlReader

MAX_STYLES = 65_536
NUMBER_TYPES = {"float", "currency", "percentage"}
# Attribute with a cell's value, by its type. A text without the attribute is in the elements of the cell.
VALUE_ATTRIBUTES = {"date": "date-value", "time": "time-value", "boolean": "boolean-value", "string": "string-value"}
MIDNIGHT_SUFFIX = "T00:00:00"
# LibreOffice's own type, beside the standard's type with the same local name.
CALC_VALUE_TYPE = "calcext:value-type"
ERROR_VALUE = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)|Err:[0-9]+")
BOOLEAN_FORMULAS = {"=TRUE()", "=FALSE()"}  # LibreOffice writes true and false that people typed as these formulas


class OdsSheet(NamedTuple):
    """Sheet and its cells."""

    name: str
    is_hidden: bool
    cells: SheetCells


class OdsReader(XmlReader):
    """Reader that collects `sheets`, in the order of the workbook.

    Raises UnreadableTable, and TooLarge if repeated cells pass a bound.
    """

    def __init__(self, part: str, bounds: Bounds, most_elements: int) -> None:
        begin: dict[str, BeginHandler] = {
            "spreadsheet": self._begin_spreadsheet,
            "style": self._begin_style,
            "text-properties": self._add_text_style,
            "table-properties": self._add_table_style,
            "table": self._begin_table,
            "table-column": self._add_columns,
            "table-row": self._begin_row,
            "table-cell": self._begin_cell,
            "covered-table-cell": self._skip_cell,
            "annotation": partial(self._pause, 1),
            "p": self._begin_paragraph,
            "s": self._add_spaces,
            "tab": lambda _: self.handle_text("\t"),
            "line-break": lambda _: self.handle_text("\n"),
        }
        end: dict[str, EndHandler] = {
            "table": self._end_table,
            "table-row": self._end_row,
            "table-cell": self._end_cell,
            "annotation": partial(self._pause, -1, {}),
            "p": self._end_paragraph,
        }
        super().__init__(
            part, most_elements, begin={name: _wrap_handler(call) for name, call in begin.items()}, end=end
        )
        self.is_spreadsheet = False
        self.sheets: list[OdsSheet] = []
        self._bounds, self._budget, self._cells_left = bounds, TextBudget(bounds.characters), bounds.cells
        self._style = ""
        self._struck: set[str] = set()
        self._invisible: set[str] = set()
        self._tables = self._paused = 0
        self._row, self._next_row, self._row_count = SheetRow(0), 1, 1
        self._next_column = 1
        self._cell: dict[str, str] | None = None
        self._pieces: list[str] = []
        self._in_paragraph = False

    def handle_text(self, text: str) -> None:
        if self._in_paragraph and not self._paused:
            self._budget.take(len(text))
            self._pieces.append(text)

    def _begin_spreadsheet(self, _: dict[str, str]) -> None:
        self.is_spreadsheet = True

    def _begin_style(self, attributes: dict[str, str]) -> None:
        self._style = attributes.get("name", "")

    def _add_text_style(self, attributes: dict[str, str]) -> None:
        if attributes.get("text-line-through-style", "none") != "none" and len(self._struck) < MAX_STYLES:
            self._struck.add(self._style)

    def _add_table_style(self, attributes: dict[str, str]) -> None:
        if attributes.get("display") == "false" and len(self._invisible) < MAX_STYLES:
            self._invisible.add(self._style)

    def _begin_table(self, attributes: dict[str, str]) -> None:
        """Start a sheet; a table nested in a cell is not read."""
        self._tables += 1
        if self._tables == 1:
            is_hidden = attributes.get("style-name") in self._invisible
            self.sheets.append(OdsSheet(attributes.get("name", ""), is_hidden, SheetCells([])))
            self._next_row = self._next_column = 1

    def _end_table(self) -> None:
        self._tables -= 1

    def _add_columns(self, attributes: dict[str, str]) -> None:
        first, count = self._next_column, _parse_repeat_count(attributes, "number-columns-repeated", LAST_COLUMN)
        self._next_column += count
        if self._tables == 1 and attributes.get("visibility", "visible") != "visible":
            last = min(self._next_column - 1, self._bounds.columns)
            self.sheets[-1].cells.hidden_columns |= set(range(first, last + 1))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        if self._tables != 1:
            return
        self._row_count = _parse_repeat_count(attributes, "number-rows-repeated", LAST_ROW)
        self._row = SheetRow(self._next_row, is_hidden=attributes.get("visibility", "visible") != "visible")
        self._next_column = 1

    def _end_row(self) -> None:
        if self._tables != 1:
            return
        row, self._next_row = self._row, self._next_row + self._row_count
        if not row.columns:
            return
        if self._next_row > LAST_ROW + 1:
            raise self.build_xml_error(f"it has more than {LAST_ROW:,} rows")
        self._take_cells(row, self._row_count)
        for number in range(row.number, self._next_row):
            copy = SheetRow(number, dict(row.values), dict(row.formulas), set(row.errors), set(row.struck))
            copy.is_hidden = row.is_hidden
            self.sheets[-1].cells.rows.append(copy)

    def _take_cells(self, row: SheetRow, count: int) -> None:
        self._cells_left -= count * len(row.columns)
        if self._cells_left < 0:
            raise TooLarge("too_large.cells", most=self._bounds.cells)
        self._budget.take((count - 1) * sum(map(len, row.values.values())))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        if self._tables == 1:
            self._cell, self._pieces = attributes, []

    def _skip_cell(self, attributes: dict[str, str]) -> None:
        if self._tables == 1:
            self._next_column += _parse_repeat_count(attributes, "number-columns-repeated", LAST_COLUMN)

    def _end_cell(self) -> None:
        if self._tables != 1 or self._cell is None:
            return
        attributes, self._cell = self._cell, None
        count = _parse_repeat_count(attributes, "number-columns-repeated", LAST_COLUMN)
        column, self._next_column = self._next_column, self._next_column + count
        value, formula = self._read_cell_value(attributes), attributes.get("formula")
        if value:
            refuse_far_column(self._row.number, column + count - 1, self._bounds)
        if value or (formula and "value-type" not in attributes):
            for each in range(column, column + min(count, self._bounds.columns)):
                self._put(each, value, formula, attributes)
        self._note_merged(column, attributes)

    def _put(self, column: int, value: str, formula: str | None, attributes: dict[str, str]) -> None:
        if value:
            self._row.values[column] = value
        if formula is not None and (written := _normalize_formula(formula)) not in BOOLEAN_FORMULAS:
            self._row.formulas[column] = written
        # Files of Google Sheets and Excel have an error value as the text of a formula's cell.
        if attributes.get(CALC_VALUE_TYPE) == "error" or (formula is not None and ERROR_VALUE.fullmatch(value)):
            self._row.errors.add(column)
        if attributes.get("style-name") in self._struck:
            self._row.struck.add(column)

    def _read_cell_value(self, attributes: dict[str, str]) -> str:
        kind = attributes.get("value-type", "string")
        if kind in NUMBER_TYPES:
            try:
                return normalize_number(attributes.get("value", ""))
            except ValueError:
                return ""
        text = "".join(self._pieces).strip()
        value = attributes.get(VALUE_ATTRIBUTES.get(kind, ""), text)
        return value.removesuffix(MIDNIGHT_SUFFIX) if kind == "date" else value.strip() or text

    def _note_merged(self, column: int, attributes: dict[str, str]) -> None:
        rows = _parse_repeat_count(attributes, "number-rows-spanned", LAST_ROW)
        columns = _parse_repeat_count(attributes, "number-columns-spanned", LAST_COLUMN)
        if rows > 1 or columns > 1:
            first = self._row.number
            self.sheets[-1].cells.merged.append(MergedCells(first, column, first + rows - 1, column + columns - 1))

    def _pause(self, change: int, _: dict[str, str]) -> None:
        """Leave out the text of a note on a cell."""
        self._paused += change

    def _begin_paragraph(self, _: dict[str, str]) -> None:
        if self._cell is not None and not self._paused:
            self._in_paragraph = True
            if self._pieces:
                self._pieces.append("\n")

    def _end_paragraph(self) -> None:
        if not self._paused:
            self._in_paragraph = False

    def _add_spaces(self, attributes: dict[str, str]) -> None:
        self.handle_text(" " * _parse_repeat_count(attributes, "c", LAST_COLUMN))


def _wrap_handler(begin: BeginHandler) -> BeginHandler:
    """Wrap a handler so that it receives the names of attributes without their prefix."""

    def begin_locally(attributes: dict[str, str]) -> None:
        begin({_strip_prefix(name): each for name, each in attributes.items()})

    return begin_locally


@lru_cache(maxsize=1_000)
def _strip_prefix(name: str) -> str:
    return name if name == CALC_VALUE_TYPE else name.rpartition(":")[2]


def _parse_repeat_count(attributes: dict[str, str], name: str, most: int) -> int:
    """Parse the number of repetitions: 1 to `most`, the maximum of a sheet."""
    text = attributes.get(name)
    if text is None:
        return 1
    return max(1, min(int(text), most)) if text.isdecimal() and len(text) < 10 else most


def _normalize_formula(formula: str) -> str:
    """Remove the prefix of the formula's language (`of:=A1`)."""
    return f"={formula.partition('=')[2]}"
