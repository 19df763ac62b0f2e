"""Validation of rows: from the rows of a file to reports and changes that can be recorded, with all problems."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from api.messages.message import Message
from api.submissions.rows import Problem, RawRow, RawSubmission
from api.submissions.validation.field_parsers import RowValues
from api.submissions.validation.point_lookup import PointIndex
from api.submissions.validation.register_row import REGISTER_ACTIONS, validate_register_row
from api.submissions.validation.result import ValidatedRow, ValidatedSubmission, ValidationContext
from api.submissions.validation.status_row import validate_status_row
from models.recording.cooperative import map_cooperatively
from models.recording.register_changes import RegisterChange

REMOVED_LIFECYCLES = {"retired", "merged"}


def refuse_conflicts(rows: Sequence[ValidatedRow]) -> list[ValidatedRow]:
    """Refuse a row with days that an earlier row of the point covers too."""
    earlier: dict[int | str | None, list[ValidatedRow]] = {}
    checked = []
    for row in rows:
        about = _identify_subject(row)
        other = next((o for o in earlier.get(about, []) if _is_conflict(o, row)), None) if about is not None else None
        result = row.add_problems(_build_conflict(other, row)) if other else row
        if about is not None and (result.report or result.change):
            earlier.setdefault(about, []).append(result)
        checked.append(result)
    return _refuse_removed_successors(checked)


def _identify_subject(row: ValidatedRow) -> int | str | None:
    """Return the row's subject: the number of its point, or the code or all values of a new point."""
    if row.point is not None:
        return row.point.id
    if row.change is None:
        return None
    return row.change.code or "\n".join(f"{name}={value}" for name, value in sorted(row.raw.values.items()))


def _is_conflict(one: ValidatedRow, other: ValidatedRow) -> bool:
    """Return whether both rows cover a common day. An open end lasts until the next row begins: no conflict."""
    if one.change is not None and other.change is not None and _is_same_day_change(one, one.change, other.change):
        return True
    if one.report is None or other.report is None:
        return False
    first, second = one.report.restriction, other.report.restriction
    if first is None or second is None:
        return one.report.assessed_on == other.report.assessed_on and first is second
    if first.valid_from == second.valid_from:
        return True
    before, after = sorted((first, second), key=lambda news: news.valid_from)
    return before.valid_to is not None and after.valid_from < before.valid_to


def _is_same_day_change(row: ValidatedRow, change: RegisterChange, other: RegisterChange) -> bool:
    return change.valid_from == other.valid_from or row.point is None


def _build_conflict(other: ValidatedRow, row: ValidatedRow) -> Problem:
    same = other.raw.values == row.raw.values and other.raw.measures == row.raw.measures
    return row.raw.build_problem("point", Message("duplicate_row" if same else "contradicts_row", row=other.raw.number))


def _refuse_removed_successors(rows: Sequence[ValidatedRow]) -> list[ValidatedRow]:
    """Refuse to merge a point into a successor that another row removes from the register."""
    leaving = {row.point.id: row.raw.number for row in rows if row.change and row.point and _is_removal(row)}

    def build_problem(row: ValidatedRow) -> Problem | None:
        successor = row.change.columns.get("successor_id") if row.change else None
        if successor not in leaving:
            return None
        return row.raw.build_problem("successor", Message("successor_leaves", row=leaving[successor]))

    return _add_row_problems(rows, build_problem)


def _is_removal(row: ValidatedRow) -> bool:
    return row.change is not None and row.change.columns.get("lifecycle") in REMOVED_LIFECYCLES


def _add_row_problems(
    rows: Sequence[ValidatedRow], problem_of: Callable[[ValidatedRow], Problem | None]
) -> list[ValidatedRow]:
    return [row.add_problems(problem) if (problem := problem_of(row)) else row for row in rows]


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


async def validate_submission(submission: RawSubmission, ground: ValidationContext) -> ValidatedSubmission:
    """Check each row alone, then against the other rows.

    A row with an error from reading is refused: a status that could not be read is not an empty status, and must not
    confirm the current record.
    """
    numbers = {row.number for row in submission.rows}
    met: dict[int | None, list[Problem]] = {}
    for problem in submission.problems:
        met.setdefault(problem.row if problem.row in numbers else None, []).append(problem)
    rows = await map_cooperatively(
        lambda row: _validate_read_row(row, ground, met.get(row.number, ())), submission.rows
    )
    rows = warn_of_shared_codes(refuse_conflicts(rows), ground.points)
    checked = ValidatedSubmission(rows, tuple(met.get(None, ())))
    if rows and not checked.reports and not checked.changes and not checked.errors:
        return replace(checked, problems=(*checked.problems, Problem(Message("nothing_said"))))
    return checked


def _validate_read_row(row: RawRow, ground: ValidationContext, met: Sequence[Problem]) -> ValidatedRow:
    """Check the row; problems from reading come before problems of validation.

    A column that could not be read gets no further problems: its value is not missing.
    """
    checked = validate_row(row, ground)
    if not met:
        return checked
    unread = {problem.column for problem in met if problem.severity == "error"}
    others = [problem for problem in checked.problems if problem.column not in unread]
    return replace(checked, problems=()).add_problems(*met, *others)


def validate_row(row: RawRow, ground: ValidationContext) -> ValidatedRow:
    values = RowValues(row, ground.countries)
    action = values.read_code("action", "submission_action") or "report"
    if action in REGISTER_ACTIONS:
        return validate_register_row(values, action, ground)
    return validate_status_row(values, action, ground)


def collect_point_names(rows: Iterable[RawRow]) -> set[str]:
    """Collect the names of points in the rows, and the codes that the rows assign to points."""
    columns = ("point", "successor", "counterpart", "iata", "icao")
    return {name for row in rows for column in columns if (name := row.values.get(column))}


def collect_new_codes(rows: Iterable[RawRow]) -> set[str]:
    """Collect the requested codes of new points (and of other points in rows with an action)."""
    return {point.upper() for row in rows if row.values.get("action") and (point := row.values.get("point"))}
