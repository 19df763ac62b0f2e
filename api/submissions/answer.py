"""What a sender is told: what became of each row, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.messages.message import Language, text_of
from api.submissions.checked import Checked, CheckedRow
from api.submissions.differences import Differences
from api.submissions.raw import Problem
from models.news import Outcome
from models.register_change import Entered

Json = dict[str, Any]
Became = Mapping[int, Outcome | Entered]
OUTCOMES = ("added", "superseded", "unchanged", "rejected")


def answer_of(checked: Checked, became: Became, differences: Differences | None, *, state: str) -> Json:
    """The row by row answer; `became` is by row number, empty if nothing was recorded.

    `differences` are of what was only tried, which has no records to show: they are undone. A good row of a submission
    that is refused as a whole is "unchanged": nothing became of it. Counts always add up to the rows received.
    """
    is_kept = state == "published"
    told = [_row(row, became.get(row.raw.number), differences, shows_record=is_kept) for row in checked.rows]
    counts = {outcome: sum(1 for row in told if row["outcome"] == outcome) for outcome in OUTCOMES}
    return {
        "state": state,
        "counts": {"rows": len(told), **counts},
        "problems": [problem_as_json(problem) for problem in checked.problems],
        "rows": told,
    }


def _row(
    row: CheckedRow, became: Outcome | Entered | None, differences: Differences | None, *, shows_record: bool
) -> Json:
    told: Json = {"row": row.raw.number, "point": row.point.code if row.point else row.raw.values.get("point")}
    if row.point:
        told["name"] = row.point.name
    if row.errors:
        told["outcome"] = "rejected"
    else:
        told["outcome"] = became.outcome if became else "unchanged"
    if isinstance(became, Entered):
        told |= {"point": became.code, "lifecycle": became.lifecycle}
    elif shows_record and became is not None and became.record_id is not None:
        told["record"] = became.record_id
    if differences is not None:
        told |= _difference(row, told["outcome"], differences)
    if row.problems:
        told["problems"] = [problem_as_json(problem) for problem in row.problems]
    return told


def _difference(row: CheckedRow, outcome: str, differences: Differences) -> Json:
    """Of a change of the register, the row as it came; nothing of what stays as it is."""
    if row.change is not None and row.report is None:
        return {"given": row.raw.values}
    if outcome == "unchanged":
        return {}
    return ({"given": row.raw.values} if row.change else {}) | differences.get(row.raw.number, {})


def problem_as_json(problem: Problem) -> Json:
    members = ("row", "column", "value", "cell", "severity", "code")
    said = {name: getattr(problem, name) for name in members if getattr(problem, name) is not None}
    said |= {"message": problem.message.text(), "message_key": problem.message.key}
    if problem.message.values:
        said["message_values"] = problem.message.values
    return said | ({"candidates": list(problem.candidates)} if problem.candidates else {})


def translate(answer: Json, language: Language) -> Json:
    """The answer with its messages in the language; those kept by earlier versions, without a key, stay English."""
    if language == "en":
        return answer
    rows = [
        row | {"problems": _translated(row["problems"], language)} if "problems" in row else row
        for row in answer["rows"]
    ]
    return answer | {"problems": _translated(answer["problems"], language), "rows": rows}


def _translated(problems: Sequence[Json], language: Language) -> list[Json]:
    return [
        problem | {"message": text_of(problem["message_key"], problem.get("message_values", {}), language)}
        if "message_key" in problem
        else problem
        for problem in problems
    ]
