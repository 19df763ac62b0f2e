"""The cells of one sheet, row by row as they are unpacked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from openpyxl.utils import column_index_from_string
from openpyxl.utils.escape import unescape

from api.spreadsheets.faults import TableTooLarge
from api.spreadsheets.number_text import number_text
from api.spreadsheets.sheet_size import LAST_COLUMN, LAST_ROW
from api.spreadsheets.xlsx_package import Bounds
from api.spreadsheets.xml_reader import XmlReader

MOST_MERGED = 100_000
MOST_DAYS = 10_000  # remembered, since a sheet names the same few over and over
ELEMENTS_OF_A_CELL = 3
DIGITS = "0123456789"
TRUE_AND_FALSE = {"=TRUE()", "=FALSE()"}  # how LibreOffice writes a cell in which somebody typed true or false


@dataclass(slots=True)
class SheetRow:
    """A row that is not empty: its cells' text by column (A is 1), empty ones left out.

    `formulas` and `errors` name the columns whose value was computed, or is one like `#N/A`; `values` has the value
    that was last computed.
    """

    number: int
    values: dict[int, str] = field(default_factory=dict)
    formulas: dict[int, str] = field(default_factory=dict)
    errors: set[int] = field(default_factory=set)

    @property
    def columns(self) -> set[int]:
        return {*self.values, *self.formulas}


class TextBudget:
    """How many characters the cells may still have, all together."""

    def __init__(self, characters: int) -> None:
        self._allowed = characters
        self._left = characters

    def take(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise TableTooLarge(f"the spreadsheet's cells hold more than {self._allowed:,} characters")


class StringReader(XmlReader):
    """Gathers the texts that cells share, `strings`, without the phonetic guides that East Asian texts may have."""

    def __init__(self, part: str, most_strings: int, budget: TextBudget, *, most_elements: int) -> None:
        begin = {"si": self._begin_string, "rPh": self._begin_phonetic, "t": self._begin_text}
        end = {"si": self._end_string, "rPh": self._end_phonetic, "t": self._end_text}
        super().__init__(part, most_elements, begin=begin, end=end)
        self.strings: list[str] = []
        self._most = most_strings
        self._budget = budget
        self._pieces: list[str] = []
        self._is_text = self._is_phonetic = False

    def text(self, text: str) -> None:
        if self._is_text:
            self._budget.take(len(text))
            self._pieces.append(text)

    def _begin_string(self, _: dict[str, str]) -> None:
        self._pieces = []

    def _begin_phonetic(self, _: dict[str, str]) -> None:
        self._is_phonetic = True

    def _begin_text(self, _: dict[str, str]) -> None:
        self._is_text = not self._is_phonetic

    def _end_text(self) -> None:
        self._is_text = False

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _end_string(self) -> None:
        if len(self.strings) >= self._most:
            raise TableTooLarge(f"the spreadsheet has more than {self._most:,} different texts")
        self.strings.append(_unescaped("".join(self._pieces)))


class CellReader(XmlReader):
    """Gathers the rows of a sheet, and at its end `merged`: the ranges of cells merged into one ("A1:F1").

    `days` are the styles that make a number a day, `day_text` says which.
    """

    def __init__(
        self,
        part: str,
        chunks: Iterator[bytes],
        bounds: Bounds,
        budget: TextBudget,
        *,
        most_elements: int,
        strings: Sequence[str],
        days: set[str],
        day_text: Callable[[str], str],
    ) -> None:
        begin = {
            "row": self._begin_row,
            "c": self._begin_cell,
            "f": self._begin_formula,
            "rPh": self._begin_phonetic,
            "mergeCell": self._add_merged,
        }
        end = {"row": self._end_row, "c": self._end_cell, "f": self._end_formula, "rPh": self._end_phonetic}
        super().__init__(part, most_elements, begin=begin, end=end)
        self.merged: list[str] = []
        self._chunks = chunks
        self._bounds, self._budget = bounds, budget
        self._strings, self._days, self._day_text = strings, days, lru_cache(MOST_DAYS)(day_text)
        self._rows: list[SheetRow] = []
        self._row = SheetRow(0)
        self._column = 0
        self._kind, self._style = "n", ""
        self._formula: str | None = None
        self._shared_formulas: dict[str, str] = {}
        self._shared: str | None = None
        self._pieces: list[str] | None = None  # of text; None outside of cells
        self._is_phonetic = False
        self._characters = 0

    def rows(self) -> Iterator[SheetRow]:
        """The rows that are not empty, as they are unpacked; to be asked for once."""
        for _ in self.read(self._chunks):
            self._budget.take(self._characters)
            self._characters = 0
            yield from self._rows
            self._rows = []

    def text(self, text: str) -> None:
        if self._pieces is not None and not self._is_phonetic:
            self._characters += len(text)
            self._pieces.append(text)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", str(self._row.number + 1))
        if not number.isdecimal() or len(number) > 7 or not self._row.number < int(number) <= LAST_ROW:
            raise self.malformed(f"row {number[:20]!r} follows row {self._row.number}")
        self._row = SheetRow(int(number))
        self._column = 0

    def _end_row(self) -> None:
        if self._row.values or self._row.formulas:
            self._rows.append(self._row)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._column = column_number(reference.rstrip(DIGITS)) if reference else self._column + 1
        if not self._column:
            raise self.malformed(f"there is no cell {str(reference)[:20]!r}")
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._formula = None
        self._pieces = []

    def _begin_formula(self, attributes: dict[str, str]) -> None:
        self._shared = attributes.get("si") if attributes.get("t") == "shared" else None
        self._pieces = []

    def _end_formula(self) -> None:
        """A formula that was filled down stands in full in the first of its cells only."""
        formula = "=" + "".join(self._pieces or ())
        self._pieces = []
        if self._shared is not None and formula != "=":
            self._shared_formulas[self._shared] = formula
        if formula.upper() not in TRUE_AND_FALSE:
            self._formula = self._shared_formulas.get(self._shared, formula) if self._shared else formula

    def _end_cell(self) -> None:
        if self._formula is not None:
            self._row.formulas[self._column] = self._formula
        if self._pieces and (value := self._meaning("".join(self._pieces).strip())):
            if self._column > self._bounds.columns:
                raise self._far_column()
            self._row.values[self._column] = value
        self._pieces = None

    def _meaning(self, value: str) -> str:
        kind = self._kind
        if kind == "s":
            return self._shared_string(value)
        if kind == "n":
            return self._number(value)
        if kind == "b":
            return "true" if value in {"1", "true"} else "false"
        if kind == "e":
            self._row.errors.add(self._column)
        if kind == "d":
            return value.removesuffix("Z").removesuffix("T00:00:00")
        return _unescaped(value)

    def _number(self, value: str) -> str:
        if self._style in self._days:
            return self._day_text(value)
        try:
            return number_text(value)
        except ValueError:
            return value

    def _shared_string(self, index: str) -> str:
        if not index.isdecimal() or len(index) > 9 or int(index) >= len(self._strings):
            raise self.malformed(f"a cell of row {self._row.number} names text {index[:20]!r}, which is not there")
        text = self._strings[int(index)]
        self._characters += len(text)
        return text

    def _begin_phonetic(self, _: dict[str, str]) -> None:
        self._is_phonetic = True

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _add_merged(self, attributes: dict[str, str]) -> None:
        if len(self.merged) < MOST_MERGED:
            self.merged.append(attributes.get("ref", ""))

    def _far_column(self) -> TableTooLarge:
        return TableTooLarge(
            f"row {self._row.number} of the spreadsheet has a value in its column {self._column}; "
            f"at most {self._bounds.columns} columns are allowed"
        )


def column_number(letters: str) -> int:
    """The number of the column: A is 1, XFD is 16,384; 0 for what names none."""
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        return 0
    return _column_number(letters)


@lru_cache(maxsize=LAST_COLUMN)
def _column_number(letters: str) -> int:
    number = column_index_from_string(letters.upper())
    return number if number <= LAST_COLUMN else 0


def _unescaped(text: str) -> str:
    """Without spaces around, and with the characters that XML cannot hold, which are written as _x000D_."""
    return str(unescape(text)).strip() if "_x" in text else text.strip()
