"""Reader of a weekly update in CSV."""

from collections.abc import Iterator

from api.messages.message import Message
from api.spreadsheets.csv_reader import Record, read_records
from api.spreadsheets.errors import TooLarge, UnreadableTable
from api.submissions.columns import POINT_HEADERS
from api.submissions.limits import Limits
from api.submissions.problems import ProblemList
from api.submissions.raw_row import RawRow
from api.submissions.readers.header_table import HeaderTable, is_hxl
from api.submissions.rows import RawSubmission


def read_csv_submission(body: bytes, limits: Limits) -> RawSubmission:
    """Read the rows of a CSV file. Raises TooLarge."""
    problems = ProblemList()
    rows: list[RawRow] = []
    try:
        for row in _iterate_rows(read_records(body), problems, limits):
            rows.append(row)
            if len(rows) > limits.max_rows:
                raise TooLarge("too_large.rows", most=limits.max_rows)
    except UnreadableTable as fault:
        problems.add(fault.message, row=fault.row)
    return RawSubmission(tuple(rows), problems.list_all())


def _iterate_rows(found: Iterator[Record], problems: ProblemList, limits: Limits) -> Iterator[RawRow]:
    number, header = next(found, (0, []))
    if not header:
        problems.add(Message("empty"))
        return
    table = HeaderTable(POINT_HEADERS, problems, limits)
    if not table.read_header(dict(_iterate_values(header)), number):
        return
    for place, (row, values) in enumerate(found):
        if place == 0 and is_hxl(values):
            continue
        yield _build_row(table, row, values, len(header))


def _build_row(table: HeaderTable, number: int, values: list[str], width: int) -> RawRow:
    _note_ragged(table, number, values, width)
    return table.read_row(number, _iterate_values(values[:width]))


def _note_ragged(table: HeaderTable, number: int, values: list[str], width: int) -> None:
    """Add an error for more values than columns, or a warning for fewer: Excel omits empty values at a row's end."""
    if any(value.strip() for value in values[width:]):
        table.problems.add(Message("ragged_row", values=len(values), columns=width), row=number)
    elif len(values) < width:
        message = Message("short_row", values=len(values), columns=width, missing=width - len(values))
        table.problems.add(message, row=number, severity="warning")


def _iterate_values(values: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the values that are not empty, each after its position, from 1."""
    return ((position, value) for position, value in enumerate(values, start=1) if value)
