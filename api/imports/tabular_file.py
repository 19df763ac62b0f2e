"""Tabular files: CSV (plain or gzip, `,` or `;`, with or without a byte order mark), XLSX, ODS and XLS."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.imports.errors import UnreadableFile
from api.spreadsheets.csv_reader import read_records
from api.spreadsheets.errors import TooLarge, UnreadableTable
from api.spreadsheets.limits import LAST_COLUMN, LAST_ROW
from api.spreadsheets.sheet_cells import Bounds
from api.values.texts import clean_text

# Only the service's operators load files: these limits stop only absurd sizes.
BOUNDS = Bounds(unpacked_bytes=2_000_000_000, cells=20 * LAST_ROW, columns=LAST_COLUMN, characters=500_000_000)
MAX_LINES = 100 * LAST_ROW
MAX_SHOWN_CHARACTERS = 100
WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".ods", ".xls"}
NumberedRow = tuple[int, dict[str, str]]


def read_rows(path: Path, needed: Sequence[str] = ()) -> Iterator[NumberedRow]:
    """Iterate over the rows with their spreadsheet numbers (the header is 1), each with a value for every column.

    Values are text in NFC without surrounding spaces and invisible marks; a missing value is empty, and `NA` is
    Namibia, never missing. Raise UnreadableFile, also if a column of `needed` is missing.
    """
    try:
        numbered = (
            _read_workbook_rows(path)
            if path.suffix.lower() in WORKBOOK_SUFFIXES
            else read_records(_read_bytes(path), most=MAX_LINES)
        )
        _, header_values = next(numbered, (0, []))
        header = _check_header(header_values, path)
        if missing := [name for name in needed if name not in header]:
            raise UnreadableFile(
                f"{path.name} has no column {', '.join(missing)}; its first row is {_shorten_header(header)}"
            )
        for number, values in numbered:
            yield number, _build_row(header, values, number, path)
    except (UnreadableTable, TooLarge) as fault:
        raise UnreadableFile(f"{path.name}: {fault}") from fault


def _read_bytes(path: Path) -> bytes:
    try:
        if path.suffix != ".gz":
            return path.read_bytes()
        with gzip.open(path) as file:
            content = file.read(BOUNDS.unpacked_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > BOUNDS.unpacked_bytes:
        raise UnreadableFile(f"{path} unpacks to more than {BOUNDS.unpacked_bytes:,} bytes, which is the limit")
    return content


def _read_workbook_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the rows of the first sheet; a formula has its last computed value."""
    # The spreadsheet reader takes seven megabytes, and a service loads no spreadsheets at its start.
    from api.spreadsheets.workbook_reader import open_workbook  # noqa: PLC0415

    workbook = open_workbook(_read_bytes(path), BOUNDS)
    if not workbook.sheets:
        raise UnreadableFile(f"{path.name} has no sheet with rows")
    for row in workbook.read(workbook.sheets[0]).rows:
        if row.values:
            yield row.number, [row.values.get(position, "") for position in range(1, max(row.values) + 1)]


def _check_header(values: list[str], path: Path) -> list[str]:
    header = [clean_text(value) for value in values]
    named = [name for name in header if name]
    if not named:
        raise UnreadableFile(f"{path.name} is empty: its first row must name the columns")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise UnreadableFile(f"{path.name} repeats the column {twice[0]!r}")
    return header


def _shorten_header(header: list[str]) -> str:
    text = ", ".join(header)
    return repr(text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…")


def _build_row(header: list[str], values: list[str], number: int, path: Path) -> dict[str, str]:
    if len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
        raise UnreadableFile(f"{path.name}, row {number} has {len(values)} values for {len(header)} columns")
    padded = [*values, *[""] * (len(header) - len(values))]
    return {name: clean_text(value) for name, value in zip(header, padded, strict=False) if name}
