"""What a sender is told: what became of each row, and why."""

from collections.abc import Mapping
from typing import Any

from api.submissions.checking import Checked, CheckedRow
from api.submissions.raw import Problem
from models.news import Outcome

Json = dict[str, Any]
OUTCOMES = ("added", "superseded", "unchanged", "rejected")


def answer_of(checked: Checked, outcomes: Mapping[int, Outcome], *, state: str) -> Json:
    """The row by row answer; `outcomes` by row number, empty if nothing was recorded.

    A good row of a submission that is refused as a whole is "unchanged": nothing became of it. Counts always add up
    to the rows received.
    """
    told = [_row(row, outcomes.get(row.raw.number)) for row in checked.rows]
    counts = {outcome: sum(1 for row in told if row["outcome"] == outcome) for outcome in OUTCOMES}
    return {
        "state": state,
        "counts": {"rows": len(told), **counts},
        "problems": [_problem(problem) for problem in checked.problems],
        "rows": told,
    }


def _row(row: CheckedRow, outcome: Outcome | None) -> Json:
    told: Json = {"row": row.raw.number, "point": row.point.code if row.point else row.raw.values.get("point")}
    if row.errors:
        told["outcome"] = "rejected"
    else:
        told["outcome"] = outcome.outcome if outcome else "unchanged"
    if outcome is not None and outcome.record_id is not None:
        told["record"] = outcome.record_id
    if row.problems:
        told["problems"] = [_problem(problem) for problem in row.problems]
    return told


def _problem(problem: Problem) -> Json:
    members = ("row", "column", "value", "cell", "severity", "code", "message")
    told = {name: getattr(problem, name) for name in members if getattr(problem, name) is not None}
    return told | ({"candidates": list(problem.candidates)} if problem.candidates else {})
