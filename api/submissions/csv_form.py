"""A weekly update as CSV."""

from collections.abc import Iterator

from api.spreadsheets.csv_text import Record, records
from api.spreadsheets.faults import UnreadableTable
from api.submissions.columns import OF_POINTS
from api.submissions.limits import Limits
from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawRow, RawSubmission, TooLarge
from api.submissions.table import HEADER_SAYS, Table, is_hxl


def read_csv(body: bytes, limits: Limits) -> RawSubmission:
    """Raises TooLarge and TableTooLarge."""
    problems = ProblemList()
    rows: list[RawRow] = []
    try:
        for row in _rows(records(body), problems, limits):
            rows.append(row)
            if len(rows) > limits.most_rows:
                raise TooLarge(f"the file has more than {limits.most_rows:,} rows, which is the limit")
    except UnreadableTable as fault:
        problems.add(fault.code, str(fault), row=fault.row)
    return RawSubmission(tuple(rows), problems.all())


def _rows(found: Iterator[Record], problems: ProblemList, limits: Limits) -> Iterator[RawRow]:
    number, header = next(found, (0, []))
    if not header:
        problems.add("empty", f"the file is empty: {HEADER_SAYS}")
        return
    table = Table(OF_POINTS, problems, limits)
    if not table.understand(_by_position(header), number):
        return
    for place, (row, values) in enumerate(found):
        if place == 0 and is_hxl(values):
            continue
        yield _row(table, row, values, len(header))


def _row(table: Table, number: int, values: list[str], width: int) -> RawRow:
    _note_ragged(table, number, values, width)
    return RawRow(number, table.values(number, _by_position(values[:width])))


def _note_ragged(table: Table, number: int, values: list[str], width: int) -> None:
    """More values than columns are an error; fewer a warning, for Excel leaves out empty ones at a row's end."""
    if any(value.strip() for value in values[width:]):
        message = f"the row has {len(values)} values for {width} columns: is a value with a separator not in quotes?"
        table.problems.add("ragged_row", message, row=number)
    elif len(values) < width:
        message = (
            f"the row has {len(values)} values for {width} columns; the last {width - len(values)} are taken as empty"
        )
        table.problems.add("short_row", message, row=number, severity="warning")


def _by_position(values: list[str]) -> dict[int, str]:
    return {position: value for position, value in enumerate(values, start=1) if value}
