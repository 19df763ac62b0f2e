"""Reader of CSV as numbered records: UTF-8, or UTF-16 with a byte order mark; comma, semicolon or tab as delimiter."""

import csv
import io
import re
from collections.abc import Iterator

from api.spreadsheets.csv_writer import unescape_formula
from api.spreadsheets.errors import TooLarge, UnreadableTable
from api.spreadsheets.limits import LAST_ROW
from api.spreadsheets.text_encodings import UTF_16_MARKS, convert_to_utf8, guess_encoding

DELIMITERS = "\t;,"  # if two split the header into as many values, the first: labels may contain a comma
# First line that sets the delimiter for Excel. Excel does not count the line as a row.
SEPARATOR_LINE = re.compile(
    rb'(?:\xef\xbb\xbf)?"?sep=(\\t|[^\r\n"\x80-\xff])"?[ ;,\t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE
)
ZIP_MARK = b"PK\x03\x04"
# A hundred values of the maximum length.
MAX_RECORD_CHARACTERS = 1_000_000
Record = tuple[int, list[str]]


def read_records(body: bytes, *, most: int = LAST_ROW) -> Iterator[Record]:
    """Read each record that is not empty, with the number of its row as a spreadsheet shows it (the first is 1).

    Empty lines count as rows; line breaks within quotes and a first line `sep=;` do not. Values keep the spaces around
    them, but lose the apostrophe that our own CSV puts before a formula.
    Raises UnreadableTable (at once for bytes that are not text, at its row for a misplaced quotation mark), and
    TooLarge after row `most`; empty rows count.
    """
    body = _convert_body(body)
    delimiter = None
    if found := SEPARATOR_LINE.match(body):
        body, delimiter = body[found.end() :], found[1].decode().replace("\\t", "\t")
    lines = _LineReader(body)
    return _iterate_records(csv.reader(lines, delimiter=delimiter or _detect_delimiter(body), strict=True), lines, most)


def _iterate_records(reader: Iterator[list[str]], lines: "_LineReader", most: int) -> Iterator[Record]:
    number = 0
    try:
        for number, values in enumerate(reader, start=1):
            lines.record_characters = 0
            if number > most:
                raise TooLarge("too_large.lines", most=most)
            if any(value.strip() for value in values):
                yield number, [unescape_formula(value) if value.startswith("'") else value for value in values]
    except csv.Error as error:
        raise UnreadableTable("malformed_csv", row=number + 1, reason=str(error)) from error


def _detect_delimiter(body: bytes) -> str:
    """Return the delimiter that splits the header into most values; counting commas would count those in labels."""
    return max(DELIMITERS, key=lambda delimiter: _count_header_values(body, delimiter))


def _count_header_values(body: bytes, delimiter: str) -> int:
    try:
        return next((len(values) for values in csv.reader(_LineReader(body), delimiter=delimiter) if any(values)), 0)
    except csv.Error:
        return 0


class _LineReader:
    """Iterator over the lines of the text. Raises TooLarge if one record has more than LONGEST_RECORD characters.

    `of_one_record` counts the characters of the current record, and the reader of records resets it to zero: a row of
    a million columns is refused before it is split.
    """

    def __init__(self, body: bytes) -> None:
        # StringIO would take four bytes of memory for each character.
        self._lines = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline="")
        self.record_characters = 0

    def __iter__(self) -> "_LineReader":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.record_characters += len(line)
        if self.record_characters > MAX_RECORD_CHARACTERS:
            raise TooLarge("too_large.record", most=MAX_RECORD_CHARACTERS)
        return line


def _convert_body(body: bytes) -> bytes:
    """Convert the text to UTF-8, or raise UnreadableTable."""
    try:
        text = convert_to_utf8(body)
        text.decode()
    except UnicodeDecodeError as error:
        byte = f"{body[error.start]:#04x}"
        raise _build_text_error(body, "not_utf8", error.start, byte=byte, encoding=error.encoding.upper()) from error
    if (position := text.find(b"\0")) >= 0:
        raise _build_text_error(text, "nul_byte", position)
    return text


def _build_text_error(body: bytes, code: str, position: int, **values: str) -> UnreadableTable:
    row = find_row_number(body, position)
    key, more = _guess_file_kind(body, position)
    return UnreadableTable(f"{code}.{key}", at_row=row, row=row, position=position, **values, **more)


def find_row_number(body: bytes, position: int) -> int:
    """Return the number of the row that contains the byte, as a spreadsheet shows it."""
    before = body[:position].decode("utf-8-sig", errors="replace").replace("\0", " ") + "?"
    try:
        return sum(1 for _ in csv.reader(io.StringIO(before, newline="")))
    except csv.Error:
        return before.count("\n") + 1


def _guess_file_kind(body: bytes, position: int) -> tuple[str, dict[str, str]]:
    """Guess the kind of file: return the last part of a message's key, and the values of that message."""
    if body.startswith(ZIP_MARK):
        return "zip", {}
    if body.startswith(UTF_16_MARKS) or body[position] == 0:
        return "utf_16", {}
    encoding = guess_encoding(body, position)
    letter = body[position : position + 1].decode(encoding, errors="replace")
    return "other", {"likely": encoding.capitalize(), "letter": letter}
