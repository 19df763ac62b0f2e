"""Validation of rows: from the rows of a file to reports and changes that can be recorded, with all problems."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from api.messages.message import Message
from api.submissions.checked import ValidatedRow, ValidatedSubmission, ValidationContext
from api.submissions.contradictions import refuse_conflicts
from api.submissions.raw import Problem, RawRow, RawSubmission
from api.submissions.register_rows import REGISTER_ACTIONS, validate_register_row
from api.submissions.report_rows import validate_status_row
from api.submissions.row_values import RowValues
from api.submissions.shared_codes import warn_of_shared_codes
from models.giving_way import map_cooperatively


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
