"""The spreadsheet of the week: a row for each active point, pre-filled so that sending it back confirms everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from api.submissions.columns import COLUMNS, MEASURE_COLUMNS, Column
from api.submissions.forms.columns import MEASURE_COLUMN_NAMES, WEEKLY_COLUMN_NAMES
from api.submissions.forms.prefill import LIST_SEPARATOR, PrefilledRow
from api.submissions.forms.translations import COLUMN, DEFINITIONS, STATUS_CHANGE_HINT
from api.submissions.forms.xlsx_workbook import FormSheet, FormWorkbook
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


YES_OR_NO = ("yes", "no")
Definition = tuple[str, str, str]
RIGHT_TO_LEFT_LANGUAGES: set[Language] = {"ar"}


def build_template(rows: Sequence[PrefilledRow], language: Language, country_names: Mapping[str, str]) -> bytes:
    """Build the spreadsheet as XLSX, in the office's language. `country_names` by alpha-3 code fill its lists."""
    right_to_left = language in RIGHT_TO_LEFT_LANGUAGES
    book = FormWorkbook()
    weekly, measuring = build_weekly_columns(language), build_measure_columns(language)
    update = add_sheet(book, "Update", weekly, right_to_left=right_to_left)
    measures = add_sheet(book, "Measures", measuring, right_to_left=right_to_left)
    update.sheet.freeze_panes(1, 2)
    for number, row in enumerate(rows, start=2):
        put_row(update, number, weekly, row.values)
        if row.note:
            update.put_note(number, WEEKLY_COLUMN_NAMES.index("operational_status") + 1, row.note)
    measured = [measure for row in rows for measure in row.measures]
    for number, values in enumerate(measured, start=2):
        put_row(measures, number, measuring, values)
    add_definitions(book, _build_definitions(language, country_names), language, right_to_left=right_to_left)
    ranges = add_lists(book, _build_choice_lists(language, country_names))
    add_choices(update, weekly, ranges, len(rows))
    add_choices(measures, measuring, ranges, len(measured))
    return book.close()


def build_weekly_columns(language: Language) -> list[SheetColumn]:
    """Build the columns of the sheet Update. A prompt at the status requests the day of a change."""
    columns = [_build_sheet_column(COLUMNS[name], language) for name in WEEKLY_COLUMN_NAMES]
    prompt = STATUS_CHANGE_HINT[language]
    return [replace(column, prompt=prompt) if column.name == "operational_status" else column for column in columns]


def build_measure_columns(language: Language) -> list[SheetColumn]:
    return [_build_sheet_column(MEASURE_COLUMNS[name], language) for name in ("point", *MEASURE_COLUMN_NAMES)]


def _build_sheet_column(column: Column, language: Language) -> SheetColumn:
    listed = {"country": "country", "yes_or_no": "yes_or_no"}.get(column.kind, column.list)
    return SheetColumn(column.name, column.labels[language], column.kind, listed, column.several)


def _build_choice_lists(language: Language, country_names: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """Build the lists of choices for the columns: labels of codes, and countries by code."""
    words: dict[str, Sequence[str]] = {"country": list(country_names), "yes_or_no": YES_OR_NO}
    for column in (*build_weekly_columns(language), *build_measure_columns(language)):
        if column.list_name and column.list_name not in words:
            words[column.list_name] = list_labels(column.list_name, language)
    return words


def _build_definitions(language: Language, country_names: Mapping[str, str]) -> dict[str, list[Definition]]:
    """Build the definitions of columns and codes, grouped by the labels of the columns that use them."""
    columns = [COLUMNS[name] for name in WEEKLY_COLUMN_NAMES] + [
        MEASURE_COLUMNS[name] for name in ("measure", "is_exception")
    ]
    groups = {COLUMN[language]: [(column.name, column.labels[language], column.says) for column in columns]}
    for list_name in dict.fromkeys(column.list for column in columns if column.list):
        users = [column.labels[language] for column in columns if column.list == list_name]
        items = get_code_list(list_name).items
        groups[LIST_SEPARATOR.join(users)] = [(item.code, item.labels[language], item.definition) for item in items]
    nationalities = COLUMNS["nationalities"].labels[language]
    return groups | {nationalities: [(iso3, name, "") for iso3, name in country_names.items()]}
