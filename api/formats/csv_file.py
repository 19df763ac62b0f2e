"""CSV with a row of HXL tags under its header (the Humanitarian Exchange Language, 1.1)."""

import csv
import io
import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

from api.formats.layer import Layer
from api.spreadsheets.formula_text import escaped

ROWS_IN_A_PART = 100
PLACE = (("longitude", "#geo+lon"), ("latitude", "#geo+lat"))


async def csv_parts(lines: AsyncIterable[str], layer: Layer) -> AsyncIterator[bytes]:
    """The file in parts. Several values in one cell have commas between; dates are as in ISO 8601; null is empty."""
    place = PLACE if layer.srid else ()
    yield csv_text([[*(name for name, _ in place), *(column.name for column in layer.columns)]])
    yield csv_text([[*(tag for _, tag in place), *(column.hxl for column in layer.columns)]])
    rows: list[list[Any]] = []
    async for line in lines:
        rows.append(_cells(json.loads(line)[0 if layer.srid else len(PLACE) :]))
        if len(rows) == ROWS_IN_A_PART:
            yield csv_text(rows)
            rows.clear()
    yield csv_text(rows)


def _cells(values: Iterable[Any]) -> list[Any]:
    return [",".join(value) if isinstance(value, list) else _plain(value) for value in values]


def _plain(value: Any) -> Any:  # noqa: ANN401 - what JSON can hold
    """As HXL's readers and R take truth; csv would write it as Python does."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _safe(value: Any) -> Any:  # noqa: ANN401 - what JSON can hold
    """Text that no spreadsheet runs; a number below zero stays a number."""
    return escaped(value) if isinstance(value, str) else value


def csv_text(rows: Iterable[Iterable[Any]]) -> bytes:
    """The rows as lines of CSV in UTF-8. Text that starts as a formula does has an apostrophe in front."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(map(_safe, row) for row in rows)
    return written.getvalue().encode()
