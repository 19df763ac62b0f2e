"""Excel workbook with sheets of the rows, the definitions of columns and codes, and the source."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.formats.layer import Layer
from api.parameters.value_parsing import PropertyType
from api.values.days import parse_day, parse_utc

DAY = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm:ss"
MAX_TEXT_LENGTH = 32_767
MAX_WIDTH = 40


def _parse_moment(value: str) -> dt.datetime:
    """Parse a moment in UTC, cut to the milliseconds of spreadsheets: rounding made 13:00 of 12:59:59.9996."""
    moment = parse_utc(value).replace(tzinfo=None)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


PARSERS: dict[PropertyType, Callable[[Any], Any]] = {
    "date": parse_day,
    "date-time": _parse_moment,
    "strings": ",".join,
}


def write_workbook_file(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Write rows as they come, so that memory does not grow with their number."""
    place: list[tuple[str, PropertyType]] = [("longitude", "number"), ("latitude", "number")] if layer.srid else []
    headings, kinds = zip(*place, *((column.name, column.kind) for column in layer.columns), strict=True)
    with Workbook(path, {"constant_memory": True}) as workbook:
        sheets = _Sheets(workbook)
        sheets.fill("Data", headings, (_parse_values(kinds, json.loads(line)) for line in lines))
        sheets.fill("Definitions", ("column", "title", "code", "label", "meaning"), iterate_definitions(layer))
        sheets.fill("About", ("about", ""), [("title", layer.title), *layer.about.items()])


class _Sheets:
    """Sheets of a workbook, written from top to bottom."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.heading: Format = workbook.add_format({"bold": True})
        self.day: Format = workbook.add_format({"num_format": DAY})
        self.moment: Format = workbook.add_format({"num_format": MOMENT})

    def fill(self, name: str, headings: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
        sheet = self.workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            sheet.set_column(column, column, min(MAX_WIDTH, max(12, len(heading) + 3)))
            sheet.write_string(0, column, heading, self.heading)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._write(sheet, number, column, value)

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any) -> None:  # noqa: ANN401 - a cell's value
        """Write a text as a text, never as a formula, a link or a number, also if it begins like a formula."""
        if isinstance(value, str):
            sheet.write_string(row, column, value[:MAX_TEXT_LENGTH])
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, value, self.moment if isinstance(value, dt.datetime) else self.day)
        elif value is not None:
            sheet.write_number(row, column, value)


def _parse_values(kinds: Sequence[PropertyType], row: Sequence[Any]) -> Iterator[Any]:
    """Parse the values of a row. The place comes first; a layer without geometry leaves it out."""
    for kind, value in zip(kinds, row[-len(kinds) :], strict=True):
        read = PARSERS.get(kind)
        yield value if value is None or read is None else read(value)


def iterate_definitions(layer: Layer) -> Iterator[tuple[str, ...]]:
    """Yield the definition of each column and of each of its codes."""
    for column in layer.columns:
        yield column.name, column.title, "", "", column.description
        for code, label, definition in column.codes:
            yield column.name, column.title, code, label, definition
