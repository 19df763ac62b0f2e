"""The spreadsheet of the week: a row for each active point, pre-filled so that sending it back confirms everything."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from api.forms.form_workbook import FormWorkbook
from api.forms.prefilled import LIST_SEPARATOR, PrefilledRow
from api.forms.template_sheets import (
    SheetColumn,
    add_choices,
    add_definitions,
    add_lists,
    add_sheet,
    list_labels,
    put_row,
)
from api.forms.weekly import MEASURE_COLUMN_NAMES, WEEKLY_COLUMN_NAMES
from api.forms.words import COLUMN, STATUS_CHANGE_HINT
from api.submissions.columns import COLUMNS, MEASURE_COLUMNS, Column
from models.codes import Language, get_code_list

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
