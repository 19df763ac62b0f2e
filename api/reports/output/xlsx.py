"""Report as an Excel workbook: a sheet for every table, including the numbers behind charts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.reports.sections import Report, build_sections
from api.reports.tables.table import Column, ColumnKind, Table
from api.reports.titles import Titles, build_titles
from api.values.days import parse_day

MAX_TEXT_LENGTH = 32_767
WIDTHS = {"code": 32, "text": 34, "long": 80, "count": 11, "share": 9, "change": 8, "day": 12, "month": 14}
NUMBERS: dict[ColumnKind, str] = {"count": "#,##0", "share": '0"%"', "change": "+0;-0;0", "day": "yyyy-mm-dd"}
# A fixed time: the file does not depend on the time of its creation.
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook has no time zones


def write_workbook(report: Report, _: Mapping[str, Any], path: Path) -> None:
    """Write the workbook: titles and summary on the first sheet, and a sheet with the name of each table."""
    with Workbook(path) as workbook:
        headings = build_titles(report)
        workbook.set_properties(
            {"title": f"{headings.title}: {headings.area}", "comments": headings.known_at, "created": CREATED}
        )
        writer = _WorkbookWriter(workbook, headings)
        made = build_sections(report)
        writer.lines(
            "summary",
            [
                (headings.title, headings.area),
                (headings.days, ""),
                (headings.known_at, ""),
                *((line, "") for line in made[0].bullets),
            ],
        )
        for section in made:
            for table in (*section.tables, *section.sheets):
                writer.table(table)
        paragraphs = [(line, "") for section in made for line in section.paragraphs]
        writer.lines("method", [*paragraphs, (report.words("says", "reproduce"), report.addresses["self"])])


class _WorkbookWriter:
    """Sheets of a workbook. With example data, each has a notice in its first row and on every printed page."""

    def __init__(self, workbook: Workbook, headings: Titles) -> None:
        self.workbook, self.said = workbook, headings
        self.bold: Format = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.wrapped: Format = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.kinds: dict[str, Format] = {
            kind: workbook.add_format({"num_format": pattern}) for kind, pattern in NUMBERS.items()
        }
        self.total: dict[str, Format] = {
            kind: workbook.add_format({"num_format": pattern, "bold": True}) for kind, pattern in NUMBERS.items()
        }

    def _sheet(self, name: str) -> tuple[Worksheet, int]:
        """Add a sheet, and return it with its first free row."""
        sheet = self.workbook.add_worksheet(name[:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self.said.area}, {self.said.days}&C{self.said.example}&R&P / &N")
        if self.said.example:
            sheet.write_string(0, 0, self.said.example, self.bold)
        return sheet, 1 if self.said.example else 0

    def lines(self, name: str, lines: Sequence[tuple[str, str]]) -> None:
        sheet, row = self._sheet(name)
        sheet.set_column(0, 0, 110)
        sheet.set_column(1, 1, 60)
        for number, line in enumerate(lines, start=row):
            for column, text in enumerate(line):
                sheet.write_string(number, column, text[:MAX_TEXT_LENGTH], self.wrapped)

    def table(self, table: Table) -> None:
        sheet, row = self._sheet(table.id)
        sheet.write_string(row, 0, table.title, self.bold)
        for number, column in enumerate(table.columns):
            sheet.set_column(number, number, WIDTHS[column.kind])
            sheet.write_string(row + 1, number, _format_heading(column), self.bold)
        sheet.freeze_panes(row + 2, 1)
        for number, cells in enumerate(table.rows):
            for place, (value, column) in enumerate(zip(cells, table.columns, strict=True)):
                self._write(sheet, row + 2 + number, place, value, column.kind, is_total=number in table.totals)

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any, kind: ColumnKind, *, is_total: bool) -> None:  # noqa: ANN401 - a cell's value
        """Write a text as a text, never as a formula or a link, also if it begins like a formula."""
        cell_format = (self.total if is_total else self.kinds).get(kind)
        if value is None:
            return
        if kind == "day":
            sheet.write_datetime(row, column, parse_day(value), cell_format)
        elif isinstance(value, str):
            sheet.write_string(row, column, value[:MAX_TEXT_LENGTH], self.bold if is_total else None)
        else:
            sheet.write_number(row, column, value, cell_format)


def _format_heading(column: Column) -> str:
    return f"{column.head}: {column.label}" if column.head else column.label
