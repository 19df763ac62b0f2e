"""Files with rows: CSV (plain or gzip, `,` or `;`, with or without a byte order mark) and XLSX."""

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from api.load.complaint import UnreadableFile

# A spreadsheet has no more rows; a file with more is not one that people look after.
LARGEST_XLSX_ROW = 1_048_576
NumberedRow = tuple[int, dict[str, str]]


def rows_of(path: Path) -> Iterator[NumberedRow]:
    """The rows with their numbers as a spreadsheet shows them (the header is 1), each a value for every column.

    Values are text with spaces around taken off; a missing one is empty, and `NA` is Namibia, never missing.
    Raises UnreadableFile.
    """
    yield from _xlsx_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)


def _csv_rows(path: Path) -> Iterator[NumberedRow]:
    text = _text_of(path)
    header_line = text.split("\n", 1)[0]
    delimiter = ";" if header_line.count(";") > header_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _checked_header(next(reader, []), path)
        for values in reader:
            if any(value.strip() for value in values):
                yield reader.line_num, _row(header, values, reader.line_num, path)
    except csv.Error as error:
        raise UnreadableFile(f"{path.name}, line {reader.line_num}: {error}") from error


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path.name} is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}"
        ) from error
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error


def _xlsx_rows(path: Path) -> Iterator[NumberedRow]:
    try:
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
        rows = sheet.iter_rows(values_only=True, max_row=LARGEST_XLSX_ROW)
        header = _checked_header([_cell(value) for value in next(rows, ())], path)
        for number, values in enumerate(rows, start=2):
            cells = [_cell(value) for value in values]
            if any(cells):
                yield number, _row(header, cells, number, path)
    except (OSError, KeyError, ValueError) as error:
        raise UnreadableFile(f"{path.name} is not a spreadsheet that can be read: {error}") from error


def _cell(value: object) -> str:
    """The cell as text: a date without the midnight that spreadsheets add, a whole number without `.0`."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00").strip()


def _checked_header(values: list[str], path: Path) -> list[str]:
    header = [value.strip() for value in values]
    named = [name for name in header if name]
    if not named:
        raise UnreadableFile(f"{path.name} is empty: its first row should name the columns")
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise UnreadableFile(f"{path.name} has the column {twice[0]!r} twice")
    return header


def _row(header: list[str], values: list[str], number: int, path: Path) -> dict[str, str]:
    if len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
        raise UnreadableFile(f"{path.name}, row {number} has {len(values)} values for {len(header)} columns")
    padded = [*values, *[""] * (len(header) - len(values))]
    return {name: value.strip() for name, value in zip(header, padded, strict=False) if name}
