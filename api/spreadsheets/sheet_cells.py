"""Contents of a sheet in any workbook format: rows of texts, formulas, merged cells, and hidden rows and columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

from api.spreadsheets.errors import TooLarge
from api.spreadsheets.limits import LAST_COLUMN

ALPHABET_SIZE = 26


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of a spreadsheet; a larger one is refused.

    `characters` limits the text of all cells together: a text that a thousand cells share counts a thousand times.
    """

    unpacked_bytes: int
    cells: int
    columns: int
    characters: int


@dataclass(slots=True)
class SheetRow:
    """Row that is not empty: the text of its cells by column (A is 1), without empty cells.

    `formulas` has the formula of each computed cell, except cells with an empty text as the result. A formula without a
    value in its column has no stored result. `errors` are the columns of values like `#N/A`, `struck` the columns of
    text that is struck through.
    """

    number: int
    values: dict[int, str] = field(default_factory=dict)
    formulas: dict[int, str] = field(default_factory=dict)
    errors: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    is_hidden: bool = False

    @property
    def columns(self) -> set[int]:
        return {*self.values, *self.formulas}


class MergedCells(NamedTuple):
    """Cells merged into one: the first and last row and column, counted from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def name(self) -> str:
        """Range as spreadsheets write it, such as B2:B4."""
        first, last = format_column_letters(self.first_column), format_column_letters(self.last_column)
        return f"{first}{self.first_row}:{last}{self.last_row}"


@dataclass(slots=True)
class SheetCells:
    """All cells of a sheet. `since_1904`: numbers without a date format count days from 1904 instead of 1900."""

    rows: list[SheetRow]
    merged: list[MergedCells] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    since_1904: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Sheet with cells; `part` is where the workbook has the cells."""

    name: str
    part: str
    is_hidden: bool


class Workbook(Protocol):
    """Workbook in any file format. Formulas are not computed, links not followed, macros and drawings not read."""

    sheets: list[Sheet]

    def read(self, sheet: Sheet) -> SheetCells:
        """Read a sheet's cells. Raises UnreadableTable, and TooLarge beyond a bound."""
        ...


class TextBudget:
    """Number of characters that the remaining cells may have together."""

    def __init__(self, characters: int) -> None:
        self._allowed = characters
        self._left = characters

    @property
    def left(self) -> int:
        return self._left

    def take(self, characters: int) -> None:
        """Subtract characters that were read. Raises TooLarge if fewer are left."""
        self._left -= characters
        if self._left < 0:
            raise TooLarge("too_large.cell_characters", most=self._allowed)


def refuse_far_column(row: int, column: int, bounds: Bounds) -> None:
    """Refuse a value beyond the last column that is read, with TooLarge."""
    if column > bounds.columns:
        raise TooLarge("too_large.far_column", row=row, column=column, most=bounds.columns)


@lru_cache(maxsize=LAST_COLUMN)
def parse_column_letters(letters: str) -> int:
    """Return the number of the column: A is 1, XFD is 16,384; 0 if the letters name no column."""
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        return 0
    number = 0
    for letter in letters.upper():
        number = number * ALPHABET_SIZE + ord(letter) - ord("A") + 1
    return number if number <= LAST_COLUMN else 0


@lru_cache(maxsize=LAST_COLUMN)
def format_column_letters(number: int) -> str:
    """Return the letters of the column: 1 is A."""
    return "".join(_iterate_letters(number))[::-1]


def _iterate_letters(number: int) -> Iterator[str]:
    while number > 0:
        number, place = divmod(number - 1, ALPHABET_SIZE)
        yield chr(ord("A") + place)
