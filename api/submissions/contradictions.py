"""Conflicts between rows of one submission."""

from collections.abc import Callable, Sequence

from api.messages.message import Message
from api.submissions.checked import ValidatedRow
from api.submissions.raw import Problem
from models.register_change import RegisterChange

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
