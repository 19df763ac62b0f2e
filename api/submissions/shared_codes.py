"""Warnings for codes that two points would share in the register after the submission."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from api.messages.message import Message
from api.submissions.checked import ValidatedRow
from api.submissions.named_points import PointIndex
from api.submissions.raw import Problem

SHARED_CODE_COLUMNS = ("iata", "icao")


def warn_of_shared_codes(rows: Sequence[ValidatedRow], points: PointIndex) -> list[ValidatedRow]:
    """Warn of a code that another point still has, or that another row assigns to another point.

    This is no error: an airport and its successor may share a code for a while.
    """
    given = {column: _group_by_code(rows, column) for column in SHARED_CODE_COLUMNS}
    return [
        row.add_problems(
            *(w for column in SHARED_CODE_COLUMNS for w in _iterate_warnings(row, column, given[column], points))
        )
        for row in rows
    ]


def _group_by_code(rows: Sequence[ValidatedRow], column: str) -> dict[str | None, list[ValidatedRow]]:
    """Group the rows that change the column by the new code; None for rows that remove the code."""
    given = defaultdict(list)
    for row in rows:
        if row.change is not None and column in row.change.columns:
            given[row.change.columns[column]].append(row)
    return given


def _iterate_warnings(
    row: ValidatedRow, column: str, given: dict[str | None, list[ValidatedRow]], points: PointIndex
) -> Iterator[Problem]:
    code = row.change.columns.get(column) if row.change else None
    if code is None or row.change is None:
        return
    own = row.point.id if row.point else None
    giving_up = _find_released_points(given, code, row.change.valid_from)
    if others := points.find_other_codes(column, code, {own, *giving_up}):
        yield row.raw.build_problem(column, Message("code_in_use", code=code, points=others), severity="warning")
    if rows := [str(other.raw.number) for other in given[code] if other is not row and _is_other(other, own)]:
        yield row.raw.build_problem(column, Message("code_in_use.rows", code=code, rows=rows), severity="warning")


def _find_released_points(given: dict[str | None, list[ValidatedRow]], code: str, day: dt.date) -> set[int]:
    """Return the points that lose the code by the day: other rows change or remove it."""
    return {
        row.point.id
        for other, rows in given.items()
        for row in rows
        if other != code and row.point is not None and row.change is not None and row.change.valid_from <= day
    }


def _is_other(row: ValidatedRow, point: int | None) -> bool:
    return point is None or row.point is None or row.point.id != point
