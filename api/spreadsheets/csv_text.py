"""CSV as numbered records: UTF-8, or UTF-16 with a byte order mark; commas, semicolons or tabs between the values."""

import csv
import io
import re
from collections.abc import Iterator

from api.spreadsheets.faults import TableTooLarge, UnreadableTable
from api.spreadsheets.formula_text import unescaped
from api.spreadsheets.sheet_size import LAST_ROW
from api.spreadsheets.text_encodings import UTF_16_MARKS, as_utf8, likely_encoding

DELIMITERS = "\t;,"  # where two make as much of the header, it is the one that labels do not hold
# The first line with which Excel is told what stands between the values. It does not count it as a row.
SEPARATOR_LINE = re.compile(
    rb'(?:\xef\xbb\xbf)?"?sep=(\\t|[^\r\n"\x80-\xff])"?[ ;,\t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE
)
ZIP_MARK = b"PK\x03\x04"
# As long as a hundred values that are as long as any may be.
LONGEST_RECORD = 1_000_000
Record = tuple[int, list[str]]


def records(body: bytes, *, most: int = LAST_ROW) -> Iterator[Record]:
    """Each record that is not empty, with the number of its row as a spreadsheet shows it (the first is 1).

    Empty lines count, line breaks within quotes do not, nor does a first line `sep=;`. Values are as they stand, with
    spaces around, but for the apostrophe before what would be a formula, which our own CSV has.
    Raises UnreadableTable: at once for bytes that are no text, at its row for a quotation mark out of place; and
    TableTooLarge at row `most`, empty or not.
    """
    body = _text(body)
    delimiter = None
    if found := SEPARATOR_LINE.match(body):
        body, delimiter = body[found.end() :], found[1].decode().replace("\\t", "\t")
    lines = _Lines(body)
    return _records(csv.reader(lines, delimiter=delimiter or _delimiter(body), strict=True), lines, most)


def _records(reader: Iterator[list[str]], lines: "_Lines", most: int) -> Iterator[Record]:
    number = 0
    try:
        for number, values in enumerate(reader, start=1):
            lines.of_one_record = 0
            if number > most:
                raise TableTooLarge(f"the file has more than {most:,} lines, empty ones included")
            if any(value.strip() for value in values):
                yield number, [unescaped(value) if value.startswith("'") else value for value in values]
    except csv.Error as error:
        raise UnreadableTable(
            "malformed_csv",
            f"the quotation marks of row {number + 1} do not match, nothing is read from there on: {error}",
        ) from error


def _delimiter(body: bytes) -> str:
    """What makes the most of the header. Counting characters would not do: a label may hold a comma."""
    return max(DELIMITERS, key=lambda delimiter: _header_width(body, delimiter))


def _header_width(body: bytes, delimiter: str) -> int:
    try:
        return next((len(values) for values in csv.reader(_Lines(body), delimiter=delimiter) if any(values)), 0)
    except csv.Error:
        return 0


class _Lines:
    """The lines of the text, as an iterator. Raises TableTooLarge where one record is far too long.

    `of_one_record` counts its characters, and is for the reader of records to set to zero: a million columns are found
    to be too many before they are taken apart.
    """

    def __init__(self, body: bytes) -> None:
        # Not StringIO, which keeps four bytes of memory for every character.
        self._lines = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline="")
        self.of_one_record = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.of_one_record += len(line)
        if self.of_one_record > LONGEST_RECORD:
            raise TableTooLarge(f"a row of the file has more than {LONGEST_RECORD:,} characters")
        return line


def _text(body: bytes) -> bytes:
    """The text in UTF-8."""
    try:
        text = as_utf8(body)
        text.decode()
    except UnicodeDecodeError as error:
        what = f"byte {body[error.start]:#04x} is not {error.encoding.upper()}"
        raise _unreadable(body, "not_utf8", error.start, what) from error
    if (position := text.find(b"\0")) >= 0:
        raise _unreadable(text, "nul_byte", position, "a NUL byte does not belong in text")
    return text


def _unreadable(body: bytes, code: str, position: int, what: str) -> UnreadableTable:
    row = row_at(body, position)
    return UnreadableTable(
        code, f"{what} (position {position:,} of the file, row {row}): {_hint(body, position)}", row=row
    )


def row_at(body: bytes, position: int) -> int:
    """The row, as a spreadsheet shows it, to which a byte belongs."""
    before = body[:position].decode("utf-8-sig", errors="replace").replace("\0", " ") + "?"
    try:
        return sum(1 for _ in csv.reader(io.StringIO(before, newline="")))
    except csv.Error:
        return before.count("\n") + 1


def _hint(body: bytes, position: int) -> str:
    if body.startswith(ZIP_MARK):
        return "the file is an XLSX spreadsheet or another zip, not CSV"
    if body.startswith(UTF_16_MARKS) or body[position] == 0:
        return "is it UTF-16 (“Unicode text”)? Save it as “CSV UTF-8”"
    encoding = likely_encoding(body, position)
    letter = body[position : position + 1].decode(encoding, errors="replace")
    return f"is it {encoding.capitalize()}, where this is {letter!r}? Save it as “CSV UTF-8”"
