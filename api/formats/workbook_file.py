"""An Excel workbook: the rows, what the columns and their codes mean, and where it is all from."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from api.formats.layer import Layer
from api.kinds import Kind

DAY = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm:ss"
WIDEST = 40
READ: dict[Kind, Callable[[Any], Any]] = {
    "date": dt.date.fromisoformat,
    "date-time": lambda value: dt.datetime.fromisoformat(value).astimezone(dt.UTC).replace(tzinfo=None),
    "strings": ",".join,
}


def write_workbook_file(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Rows are written as they come, so that however many there are takes no more memory."""
    workbook = Workbook(write_only=True)
    place: list[tuple[str, Kind]] = [("longitude", "number"), ("latitude", "number")] if layer.srid else []
    headings, kinds = zip(*place, *((column.name, column.kind) for column in layer.columns), strict=True)
    rows = (_values(kinds, json.loads(line)) for line in lines)
    _fill(workbook.create_sheet("Data"), headings, rows)
    _fill(workbook.create_sheet("Definitions"), ("column", "title", "code", "label", "meaning"), _definitions(layer))
    _fill(workbook.create_sheet("About"), ("about", ""), [("title", layer.title), *layer.about.items()])
    workbook.save(path)


def _fill(sheet: Worksheet, headings: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    for number, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(WIDEST, max(12, len(heading) + 3))
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Worksheet, value: Any, *, bold: bool = False) -> Any:  # noqa: ANN401 - what a cell can hold
    """What the worksheet takes: plain where that will do, since a cell of its own takes four times as long."""
    if isinstance(value, str):
        return _text_cell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", value), bold=bold)
    if not isinstance(value, dt.date):
        return value
    cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
    cell.number_format = MOMENT if isinstance(value, dt.datetime) else DAY
    return cell


def _text_cell(sheet: Worksheet, text: str, *, bold: bool) -> Any:  # noqa: ANN401
    """A text is never taken for a formula or an error, whatever it begins with."""
    if not bold and not text.startswith(("=", "#")):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _values(kinds: Sequence[Kind], row: Sequence[Any]) -> Iterator[Any]:
    """The place comes first, and is left out where geometry is."""
    given = row[-len(kinds) :]
    for kind, value in zip(kinds, given, strict=True):
        read = READ.get(kind)
        yield value if value is None or read is None else read(value)


def _definitions(layer: Layer) -> Iterator[tuple[str, ...]]:
    for column in layer.columns:
        yield column.name, column.title, "", "", column.description
        for code, label, definition in column.codes:
            yield column.name, column.title, code, label, definition
