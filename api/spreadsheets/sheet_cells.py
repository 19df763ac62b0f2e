"""What a sheet of any workbook holds: rows of texts, and what else a reader of the sheet sees or does not see."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

from api.spreadsheets.faults import TooLarge
from api.spreadsheets.sheet_size import LAST_COLUMN

LETTERS = 26


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a spreadsheet is read before it is refused.

    `characters` bounds the text of all cells together: a text that a thousand cells share counts a thousand times.
    """

    unpacked_bytes: int
    cells: int
    columns: int
    characters: int


@dataclass(slots=True)
class SheetRow:
    """A row that is not empty: its cells' text by column (A is 1), empty ones left out.

    `formulas` has the formula of each computed cell, without those whose result is an empty text; one whose column is
    not in `values` has no stored result. `errors` are the columns of values like `#N/A`, `struck` those of text that
    is struck through.
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
    """Cells merged into one: the first and last row and column, the first of each being 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def name(self) -> str:
        """The range as spreadsheets write it, such as B2:B4."""
        first, last = column_letters(self.first_column), column_letters(self.last_column)
        return f"{first}{self.first_row}:{last}{self.last_row}"


@dataclass(slots=True)
class SheetCells:
    """All cells of a sheet. `since_1904`: numbers without a format that shows a day count days from 1904, not 1900."""

    rows: list[SheetRow]
    merged: list[MergedCells] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    since_1904: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with cells; `part` is where the workbook has them."""

    name: str
    part: str
    is_hidden: bool


class Workbook(Protocol):
    """A workbook in any file format. Formulas are not computed, links not followed, macros and drawings not read."""

    sheets: list[Sheet]

    def read(self, sheet: Sheet) -> SheetCells:
        """Read a sheet's cells. Raises UnreadableTable, and TooLarge where a bound is passed."""
        ...


class TextBudget:
    """How many characters the cells may still have, all together."""

    def __init__(self, characters: int) -> None:
        self._allowed = characters
        self._left = characters

    @property
    def left(self) -> int:
        return self._left

    def take(self, characters: int) -> None:
        """Raises TooLarge."""
        self._left -= characters
        if self._left < 0:
            raise TooLarge("too_large.cell_characters", most=self._allowed)


def refuse_far_column(row: int, column: int, bounds: Bounds) -> None:
    """Raise TooLarge for a value in a column beyond the last that is read."""
    if column > bounds.columns:
        raise TooLarge("too_large.far_column", row=row, column=column, most=bounds.columns)


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """The number of the column: A is 1, XFD is 16,384; 0 for what names none."""
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        return 0
    number = 0
    for letter in letters.upper():
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number if number <= LAST_COLUMN else 0


@lru_cache(maxsize=LAST_COLUMN)
def column_letters(number: int) -> str:
    """The letters of the column: 1 is A."""
    return "".join(_letters_from_last(number))[::-1]


def _letters_from_last(number: int) -> Iterator[str]:
    while number > 0:
        number, place = divmod(number - 1, LETTERS)
        yield chr(ord("A") + place)
