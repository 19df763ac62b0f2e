"""Validation of rows: from the rows of a file to updates that can be recorded, with all problems."""

import datetime as dt
from collections.abc import Collection, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from api.messages.message import Message
from api.submissions.problems import Problem
from api.submissions.raw_row import RawRow
from api.submissions.row_kinds import POINT_COLUMNS, ROW_KINDS, get_row_kind
from api.submissions.rows import RawSubmission, ValidatedRow, ValidatedSubmission
from api.submissions.validation.context import ValidationContext, load_context
from api.values.days import parse_record_day
from models.recording.bulk_rows import map_cooperatively


async def validate_submission(
    connection: AsyncConnection,
    raw: RawSubmission,
    writable: Collection[str],
    accepting: Collection[str],
    today: dt.date,
) -> ValidatedSubmission:
    """Check each row alone, then against the other rows, and against the current records.

    New points of the countries `accepting` need no acceptance by a reviewer. A row with an error from reading is
    refused: a status that could not be read is not an empty status, and must not confirm the current record.
    """
    context = await load_context(
        connection,
        names=collect_point_names(raw.rows),
        new_codes=collect_new_codes(raw.rows),
        since=_find_first_day(raw.rows, today),
        writable=writable,
        accepting=accepting,
        today=today,
    )
    numbers = {row.number for row in raw.rows}
    met: dict[int | None, list[Problem]] = {}
    for problem in raw.problems:
        met.setdefault(problem.row if problem.row in numbers else None, []).append(problem)
    rows = await map_cooperatively(lambda row: _validate_read_row(row, context, met.get(row.number, ())), raw.rows)
    rows = refuse_conflicts(rows)
    for kind in ROW_KINDS:
        if kind.check_rows is not None and any(row.get_update(kind.update) for row in rows):
            rows = await kind.check_rows(connection, rows, context)
    return _refuse_empty(ValidatedSubmission(rows, tuple(met.get(None, ()))))


def _refuse_empty(checked: ValidatedSubmission) -> ValidatedSubmission:
    """Add a problem if the rows have no error, and nothing to record."""
    if checked.rows and checked.is_empty and not checked.errors:
        return replace(checked, problems=(*checked.problems, Problem(Message("nothing_said"))))
    return checked


def collect_point_names(rows: Iterable[RawRow]) -> set[str]:
    """Collect the names of points in the rows, and the codes that the rows assign to points."""
    return {name for row in rows for column in POINT_COLUMNS if (name := row.values.get(column))}


def collect_new_codes(rows: Iterable[RawRow]) -> set[str]:
    """Collect the requested codes of new points (and of other points in rows with an action)."""
    return {point.upper() for row in rows if row.values.get("action") and (point := row.values.get("point"))}


def _find_first_day(rows: Iterable[RawRow], today: dt.date) -> dt.date:
    """Return the earliest day in the rows; invalid days become problems later, when the row is checked."""
    written = {row.values.get(column) for row in rows for column in ("assessed_on", "valid_from")}
    days = [today]
    for text in written - {None}:
        with suppress(ValueError):
            days.append(parse_record_day(str(text)))
    return min(days)


def _validate_read_row(row: RawRow, context: ValidationContext, met: Sequence[Problem]) -> ValidatedRow:
    """Check the row; problems from reading come before problems of validation.

    A column that could not be read gets no further problems: its value is not missing.
    """
    checked = validate_row(row, context)
    if not met:
        return checked
    unread = {problem.column for problem in met if problem.severity == "error"}
    others = [problem for problem in checked.problems if problem.column not in unread]
    return replace(checked, problems=()).add_problems(*met, *others)


def validate_row(row: RawRow, context: ValidationContext) -> ValidatedRow:
    """Check the row alone, by its kind."""
    action = row.read_code("action", "submission_action") or "report"
    return get_row_kind(action).validate(row, action, context)


def refuse_conflicts(rows: Sequence[ValidatedRow]) -> list[ValidatedRow]:
    """Refuse a row with days that an earlier row about the same subject covers too."""
    earlier: dict[Hashable, list[ValidatedRow]] = {}
    checked = []
    for row in rows:
        before = earlier.setdefault(row.subject, []) if row.subject is not None and row.updates else []
        other = next((other for other in before if _is_conflict(other, row)), None)
        result = row.add_problems(_build_conflict(other, row)) if other else row
        if result.updates:
            before.append(result)
        checked.append(result)
    return checked


def _is_conflict(one: ValidatedRow, other: ValidatedRow) -> bool:
    """Return whether both rows cover a common day with updates of one kind."""
    for kind in ROW_KINDS:
        first, second = one.get_update(kind.update), other.get_update(kind.update)
        if first is not None and second is not None and kind.conflicts(first, second):
            return True
    return False


def _build_conflict(other: ValidatedRow, row: ValidatedRow) -> Problem:
    key = "duplicate_row" if other.given == row.given else "contradicts_row"
    return row.raw.build_problem("point", Message(key, row=other.number))
