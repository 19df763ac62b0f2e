"""The sheets of the spreadsheet: headers, what may be chosen in which column, and cells that keep what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from api.formats.xml_text import xml_text
from api.forms.words import DEFINITIONS
from api.values.days import parse_day
from models.codes import Language, code_list

ROOM_FOR_MORE_ROWS = 500
LISTS = "Lists"
FORMATS = {"day": "yyyy-mm-dd", "count": "0"}
AS_TEXT = "@"
WIDTHS = {"day": 14, "count": 14, "code": 30}
TEXT_WIDTH = 24
HEADER_FONT, HEADER_FILL = Font(bold=True), PatternFill("solid", fgColor="DDE7F0")
HEADER_ALIGNMENT = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet. `list_name` names what may be chosen; with `several`, more may be typed after it.

    `prompt` is shown beside a cell of it that is being filled in.
    """

    name: str
    label: str
    kind: str = "text"
    list_name: str | None = None
    several: bool = False
    prompt: str | None = None


def add_sheet(book: Workbook, title: str, columns: Sequence[SheetColumn], *, right_to_left: bool) -> Worksheet:
    """A sheet with its header, which stays in sight with the first column; columns keep what is typed as their kind."""
    sheet: Worksheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    sheet.sheet_view.rightToLeft = right_to_left
    for position, column in enumerate(columns, start=1):
        put_text(sheet, 1, position, column.label)
        header = sheet.cell(1, position)
        header.font, header.fill, header.alignment = HEADER_FONT, HEADER_FILL, HEADER_ALIGNMENT
        dimension = sheet.column_dimensions[get_column_letter(position)]
        dimension.width = WIDTHS.get(column.kind, TEXT_WIDTH)
        dimension.number_format = FORMATS.get(column.kind, AS_TEXT)
    return sheet


def put_row(sheet: Worksheet, number: int, columns: Sequence[SheetColumn], values: Mapping[str, str]) -> None:
    """The values by column name, of which days are written as such and all else as text."""
    for position, column in enumerate(columns, start=1):
        value = values.get(column.name)
        if value and column.kind == "day":
            cell = cell_of(sheet, number, position)
            cell.value, cell.number_format = parse_day(value), FORMATS["day"]
        elif value:
            put_text(sheet, number, position, value)


def put_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Text as text: a code like 00123 or NA stays what it is, and a name that begins with = is no formula."""
    cell = cell_of(sheet, row, column)
    cell.value = xml_text(text)
    cell.data_type, cell.number_format = "s", AS_TEXT


def put_note(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell_of(sheet, row, column).comment = Comment(xml_text(text), "Crossings")


def cell_of(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell, which is none of several merged ones: we merge none."""
    return cast("Cell", sheet.cell(row, column))


def add_definitions(
    book: Workbook,
    groups: Mapping[str, Sequence[tuple[str, str, str]]],
    language: Language,
    *,
    right_to_left: bool,
) -> None:
    """The sheet that says what every column and code means: `code`, `label` and `definition` by group."""
    columns = [SheetColumn(name, labels[language]) for name, labels in DEFINITIONS.items()]
    sheet = add_sheet(book, "Definitions", columns, right_to_left=right_to_left)
    sheet.column_dimensions["D"].width = 100
    rows = [(group, *each) for group, entries in groups.items() for each in entries]
    for number, row in enumerate(rows, start=2):
        put_row(sheet, number, columns, dict(zip(DEFINITIONS, row, strict=True)))


def add_lists(book: Workbook, words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A hidden sheet of what can be chosen, and the range of each list in it, by its name."""
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "hidden"
    ranges = {}
    for position, (name, choices) in enumerate(words.items(), start=1):
        for number, word in enumerate((name, *choices), start=1):
            put_text(sheet, number, position, word)
        letter = get_column_letter(position)
        ranges[name] = f"{LISTS}!${letter}$2:${letter}${len(choices) + 1}"
    return ranges


def add_choices(sheet: Worksheet, columns: Sequence[SheetColumn], ranges: Mapping[str, str]) -> None:
    """Drop-down lists, days that are days and counts that are counts, for the rows there are and some more."""
    last = sheet.max_row + ROOM_FOR_MORE_ROWS
    for position, column in enumerate(columns, start=1):
        if rule := _rule(column, ranges):
            rule.prompt, rule.showInputMessage = column.prompt, column.prompt is not None
            letter = get_column_letter(position)
            rule.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(rule)


def _rule(column: SheetColumn, ranges: Mapping[str, str]) -> DataValidation | None:
    if column.list_name is not None:
        refuses_others = not column.several
        return DataValidation("list", ranges[column.list_name], showErrorMessage=refuses_others, allow_blank=True)
    if column.kind == "day":
        return DataValidation("date", "1", operator="greaterThan", showErrorMessage=True, allow_blank=True)
    if column.kind == "count":
        return DataValidation("whole", "0", operator="greaterThanOrEqual", showErrorMessage=True, allow_blank=True)
    return None


def labels_of(list_name: str, language: Language) -> list[str]:
    return [item.labels[language] for item in code_list(list_name).items]
