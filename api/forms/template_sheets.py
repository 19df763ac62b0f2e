"""The sheets of the spreadsheet: headers, drop-down lists, and cells that keep their text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from api.forms.form_workbook import FormSheet, FormWorkbook
from api.forms.words import DEFINITIONS
from api.values.days import parse_day
from models.codes import Language, get_code_list

SPARE_ROWS = 500
LISTS = "Lists"
WIDTHS = {"day": 14, "count": 14, "code": 30}
TEXT_WIDTH = 24


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet. `list_name` names its list of choices; with `several`, more values may be typed.

    `prompt` is shown beside the selected cell.
    """

    name: str
    label: str
    kind: str = "text"
    list_name: str | None = None
    several: bool = False
    prompt: str | None = None


def add_sheet(book: FormWorkbook, title: str, columns: Sequence[SheetColumn], *, right_to_left: bool) -> FormSheet:
    """Add a sheet with a frozen header and first column. Each column has the cell format of its kind."""
    sheet = book.add_sheet(title)
    sheet.sheet.freeze_panes(1, 1)
    if right_to_left:
        sheet.sheet.right_to_left()
    for position, column in enumerate(columns, start=1):
        sheet.put_header(position, column.label, WIDTHS.get(column.kind, TEXT_WIDTH), column.kind)
    return sheet


def put_row(sheet: FormSheet, number: int, columns: Sequence[SheetColumn], values: Mapping[str, str]) -> None:
    """Put the values by column name: days as dates, all other values as text."""
    for position, column in enumerate(columns, start=1):
        value = values.get(column.name)
        if value and column.kind == "day":
            sheet.put_day(number, position, parse_day(value))
        elif value:
            sheet.put_text(number, position, value)


def add_definitions(
    book: FormWorkbook,
    groups: Mapping[str, Sequence[tuple[str, str, str]]],
    language: Language,
    *,
    right_to_left: bool,
) -> None:
    """Add the sheet of definitions of columns and codes: `code`, `label` and `definition` by group."""
    columns = [SheetColumn(name, labels[language]) for name, labels in DEFINITIONS.items()]
    sheet = add_sheet(book, "Definitions", columns, right_to_left=right_to_left)
    sheet.sheet.set_column("D:D", 100)
    rows = [(group, *each) for group, entries in groups.items() for each in entries]
    for number, row in enumerate(rows, start=2):
        put_row(sheet, number, columns, dict(zip(DEFINITIONS, row, strict=True)))


def add_lists(book: FormWorkbook, words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Add a hidden sheet with the choices, and return the range of each list by name."""
    sheet = book.add_sheet(LISTS)
    sheet.sheet.hide()
    ranges = {}
    for position, (name, choices) in enumerate(words.items(), start=1):
        for number, word in enumerate((name, *choices), start=1):
            sheet.put_text(number, position, word)
        letter = xl_col_to_name(position - 1)
        ranges[name] = f"={LISTS}!${letter}$2:${letter}${len(choices) + 1}"
    return ranges


def add_choices(sheet: FormSheet, columns: Sequence[SheetColumn], ranges: Mapping[str, str], rows: int) -> None:
    """Add drop-down lists and validation of days and counts, for all rows and `SPARE_ROWS` more."""
    for position, column in enumerate(columns):
        if rule := _build_rule(column, ranges):
            prompt = {"input_message": column.prompt} if column.prompt else {"show_input": False}
            sheet.sheet.data_validation(1, position, rows + SPARE_ROWS, position, rule | prompt)


def _build_rule(column: SheetColumn, ranges: Mapping[str, str]) -> dict[str, Any] | None:
    if column.list_name is not None:
        return {"validate": "list", "source": ranges[column.list_name], "show_error": not column.several}
    if column.kind == "day":
        return {"validate": "date", "criteria": ">", "value": "=1"}
    if column.kind == "count":
        return {"validate": "integer", "criteria": ">=", "value": 0}
    return None


def list_labels(list_name: str, language: Language) -> list[str]:
    return [item.labels[language] for item in get_code_list(list_name).items]
