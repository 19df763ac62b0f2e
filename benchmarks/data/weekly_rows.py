"""Weekly updates as offices send them: the rows, and the forms of file that they come in."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from openpyxl import Workbook

COLUMNS = ("point", "assessed_on", "operational_status", "measures", "affected_populations", "comment")
OF_NEW_POINTS = ("action", "name", "poe_type", "country", "longitude", "latitude", "valid_from")
SAID = (
    ("closed", "movement_restricted", "tourists"),
    ("partially_operational", "medical_requirements", "nationals"),
    ("open", "", ""),
)
Row = tuple[str, ...]


class Form(NamedTuple):
    """A form of file: its media type, and how rows under a header are written in it."""

    media_type: str
    written: Callable[[Row, Iterable[Row]], bytes]


def generate_new_points(count: int) -> Iterator[Row]:
    for n in range(count):
        yield "new_point", f"Example {n}", "land_border_point", "BRA", f"{-60 + n / 500}", "-10", "2020-01-01"


def generate_week(points: Sequence[str], day: dt.date, *, changes: int) -> Iterator[Row]:
    """A row for each point; with each of the `changes`, another tenth of the points say something else than before."""
    for n, point in enumerate(points):
        yield point, day.isoformat(), *SAID[(n + (n + changes) // 10) % len(SAID)], ""


def write_csv(columns: Row, rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue().encode()


def write_json(columns: Row, rows: Iterable[Row]) -> bytes:
    named = [{name: value for name, value in zip(columns, row, strict=True) if value} for row in rows]
    return json.dumps({"rows": named}).encode()


def write_xlsx(columns: Row, rows: Iterable[Row]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Update")
    for row in (columns, *rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


FORMS = {
    "csv": Form("text/csv", write_csv),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "json": Form("application/json", write_json),
}
