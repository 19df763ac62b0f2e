"""Texts that people write into an empty list."""

from collections.abc import Iterable, Mapping

from api.messages.message import Message
from api.messages.shown_text import UNSTORABLE_CHARACTERS, sanitize_text
from api.spreadsheets.errors import TooLarge
from api.spreadsheets.sheet_cells import format_column_letters
from api.submissions.columns import LIST_COLUMNS, HeaderNames, Kind
from api.submissions.limits import Limits
from api.submissions.problems import ProblemList
from api.submissions.raw_row import RawRow
from api.submissions.row_kinds import KEY_COLUMNS
from api.values.texts import clean_text
from models.codes import fold_text

MAX_CHARACTERS = 20
DASHES = "-‐‑‒–—―−"  # noqa: RUF001 - all dashes that look alike
# The marks distinguish them from codes: NA is Namibia.
EMPTY_ABBREVIATIONS = {"n/a", "n.a.", "n.a", "n/d", "s/o", "s.o.", "n.c.", "غ/م"}
EMPTY_WORDS = {
    *("none", "nil", "nothing", "no measures", "not applicable"),
    *("aucun", "aucune", "aucune mesure", "néant", "sans objet", "non applicable"),
    *("ninguno", "ninguna", "ninguna medida", "nada", "no aplica", "sin medidas"),
    *("لا يوجد", "لا توجد", "لا شيء", "لا ينطبق", "بدون"),
}
FOLDED_EMPTY_WORDS = frozenset(fold_text(word) for word in EMPTY_WORDS)


def is_empty_list_text(text: str) -> bool:
    """Return whether the text, as the only entry of a list, means an empty list."""
    if len(text) > MAX_CHARACTERS:
        return False
    return not text.strip(DASHES) or text.casefold() in EMPTY_ABBREVIATIONS or fold_text(text) in FOLDED_EMPTY_WORDS


HXL_MARK = "#"


class ValueReader:
    """Reader that accepts texts as values of rows, or adds a problem for an unacceptable text."""

    def __init__(self, problems: ProblemList, limits: Limits) -> None:
        self.problems = problems
        self.limits = limits

    def find_cell_name(self, row: int, column: str) -> str | None:  # noqa: ARG002 - only sheets have cells
        """Return the name of a value's cell."""
        return None

    def accept_value(self, text: str, row: int, column: str) -> str:
        """Convert the text to NFC without spaces and invisible marks around it, and with line feeds as line breaks.

        Return an empty text for a list that means "none", and with a problem for a text that cannot be stored.
        """
        value = clean_text(text)
        if column in LIST_COLUMNS and is_empty_list_text(value):
            return ""
        if "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        fault = self._find_error(value)
        if fault is None:
            return value
        self.problems.add(fault, row=row, column=column, value=value, cell=self.find_cell_name(row, column))
        return ""

    def _find_error(self, value: str) -> Message | None:
        if len(value) > self.limits.max_value_characters:
            return Message("value_too_long", length=len(value), most=self.limits.max_value_characters)
        if (not value.isascii() or "\0" in value) and UNSTORABLE_CHARACTERS.search(value):
            return Message("not_text")
        return None


class HeaderTable(ValueReader):
    """Sheet, or CSV file if `sheet` is None, with columns by position (the first is 1)."""

    def __init__(self, words: HeaderNames, problems: ProblemList, limits: Limits, sheet: str | None = None) -> None:
        super().__init__(problems, limits)
        self._words = words
        self._prefix = None if sheet is None else f"{quote_sheet_name(sheet)}!"
        self._columns: dict[int, str] = {}
        self._places: dict[int, tuple[str, str]] = {}  # the column, and the name of its cells up to the row's number
        self._headings: dict[str, str] = {}
        self._ignored: set[int] = set()

    def read_header(self, header: Mapping[int, str], number: int) -> bool:
        """Read the header in row `number`, and return whether rows can be read under it; add problems of the header."""
        if not any(self._words.find_column(text) for text in header.values()):
            found = sanitize_text(", ".join(header.values()))
            self.problems.add(Message("missing_header", found=found))
            return False
        if max(header) > self.limits.max_columns:
            raise TooLarge("too_large.columns", count=max(header), most=self.limits.max_columns)
        for position, text in sorted(header.items()):
            if text.strip():
                self._read_heading(position, text.strip(), number)
        if KEY_COLUMNS.isdisjoint(self._columns.values()):
            self.problems.add(Message("missing_column"))
            return False
        return True

    def read_row(self, number: int, given: Iterable[tuple[int, str]]) -> RawRow:
        """Read the row from pairs of position and text, without texts under an unknown column or no header.

        In a sheet the row has the name of each value's cell.
        """
        row = RawRow(number, {})
        for position, text in given:
            column = self._columns.get(position)
            if column is None:
                self._note_nameless(position, number, text)
                continue
            if value := self.accept_value(text, number, column):
                row.values[column] = value
            if position in self._places:
                row.cells[column] = f"{self._places[position][1]}{number}"
        return row

    def format_cell_name(self, position: int, number: int) -> str | None:
        return None if self._prefix is None else f"{self._prefix}{format_column_letters(position)}{number}"

    def find_cell_name(self, row: int, column: str) -> str | None:
        return next(
            (self.format_cell_name(position, row) for position, name in self._columns.items() if name == column), None
        )

    def find_column_at(self, position: int) -> str | None:
        return self._columns.get(position)

    def find_kind_at(self, position: int) -> Kind | None:
        """Return the kind of the column's values."""
        name = self._columns.get(position)
        return None if name is None else self._words.columns[name].kind

    def _read_heading(self, position: int, text: str, number: int) -> None:
        column = self._words.find_column(text)
        cell = self.format_cell_name(position, number)
        if column is None:
            self._ignored.add(position)
            near = self._words.find_nearest(text)
            self.problems.add(Message("unknown_column", name=text, near=near), column=text, cell=cell, candidates=near)
        elif column.name in self._columns.values():
            self._ignored.add(position)
            self.problems.add(self._build_duplicate_message(column.name, text), column=text, cell=cell)
        else:
            self._columns[position] = column.name
            self._headings[column.name] = text
            if self._prefix is not None:
                self._places[position] = (column.name, f"{self._prefix}{format_column_letters(position)}")

    def _build_duplicate_message(self, name: str, heading: str) -> Message:
        first = self._headings[name]
        if first == heading == name:
            return Message("column_twice", name=name)
        return Message("column_twice.headings", first=first, second=heading, name=name)

    def _note_nameless(self, position: int, number: int, text: str) -> None:
        """Add a problem for a column that has values but no header, once for each column."""
        if position in self._ignored or not text.strip():
            return
        self._ignored.add(position)
        cell = self.format_cell_name(position, number)
        nameless = Message("nameless_column.value", position=position, row=number)
        message = Message("nameless_column", cell=cell) if cell else nameless
        self.problems.add(message, value=text, cell=cell)


def is_hxl(values: Iterable[str]) -> bool:
    """Return whether this is the row of HXL tags that humanitarian files have under the header."""
    given = [value.strip() for value in values if value.strip()]
    return bool(given) and all(value.startswith(HXL_MARK) for value in given)


def quote_sheet_name(sheet: str) -> str:
    """Put the name of a sheet in quotation marks, as the address of a cell needs it, if it has more than letters."""
    plain = sheet.replace("_", "a").isalnum() and not sheet[:1].isdigit()
    return sheet if plain else "'{}'".format(sheet.replace("'", "''"))
