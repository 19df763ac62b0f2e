"""Conflicts between rows of one submission."""

from collections.abc import Callable, Sequence

from api.messages.message import Message
from api.submissions.checked import CheckedRow
from api.submissions.raw import Problem
from models.register_change import RegisterChange

LEAVING = {"retired", "merged"}


def refuse_contradictions(rows: Sequence[CheckedRow]) -> list[CheckedRow]:
    """Refuse a row with days that an earlier row of the point covers too."""
    earlier: dict[int | str | None, list[CheckedRow]] = {}
    checked = []
    for row in rows:
        about = _about(row)
        other = next((o for o in earlier.get(about, []) if _contradict(o, row)), None) if about is not None else None
        result = row.noting(_contradiction(other, row)) if other else row
        if about is not None and (result.report or result.change):
            earlier.setdefault(about, []).append(result)
        checked.append(result)
    return _refuse_leaving_successors(checked)


def _about(row: CheckedRow) -> int | str | None:
    """Return the row's subject: the number of its point, or the code or all values of a new point."""
    if row.point is not None:
        return row.point.id
    if row.change is None:
        return None
    return row.change.code or "\n".join(f"{name}={value}" for name, value in sorted(row.raw.values.items()))


def _contradict(one: CheckedRow, other: CheckedRow) -> bool:
    """Return whether both rows cover a common day. An open end lasts until the next row begins: no conflict."""
    if one.change is not None and other.change is not None and _change_at_once(one, one.change, other.change):
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


def _change_at_once(row: CheckedRow, change: RegisterChange, other: RegisterChange) -> bool:
    return change.valid_from == other.valid_from or row.point is None


def _contradiction(other: CheckedRow, row: CheckedRow) -> Problem:
    same = other.raw.values == row.raw.values and other.raw.measures == row.raw.measures
    return row.raw.problem("point", Message("duplicate_row" if same else "contradicts_row", row=other.raw.number))


def _refuse_leaving_successors(rows: Sequence[CheckedRow]) -> list[CheckedRow]:
    """Refuse to merge a point into a successor that another row removes from the register."""
    leaving = {row.point.id: row.raw.number for row in rows if row.change and row.point and _leaves(row)}

    def problem(row: CheckedRow) -> Problem | None:
        successor = row.change.columns.get("successor_id") if row.change else None
        if successor not in leaving:
            return None
        return row.raw.problem("successor", Message("successor_leaves", row=leaving[successor]))

    return _with(rows, problem)


def _leaves(row: CheckedRow) -> bool:
    return row.change is not None and row.change.columns.get("lifecycle") in LEAVING


def _with(rows: Sequence[CheckedRow], problem_of: Callable[[CheckedRow], Problem | None]) -> list[CheckedRow]:
    return [row.noting(problem) if (problem := problem_of(row)) else row for row in rows]
