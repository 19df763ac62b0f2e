"""Response to a sender: the outcome of each row, and its problems."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.messages.message import Language, render_message
from api.submissions.problems import Problem
from api.submissions.row_kinds import RowKind, UpdateOutcome, list_update_kinds
from api.submissions.rows import ValidatedRow, ValidatedSubmission

Json = dict[str, Any]
Differences = Mapping[int, Json]
RowOutcomes = Mapping[int, tuple[RowKind, UpdateOutcome]]
OUTCOMES = ("added", "superseded", "unchanged", "rejected")


def build_answer(
    checked: ValidatedSubmission, became: RowOutcomes, differences: Differences | None, *, state: str
) -> Json:
    """Build the answer row by row; `became` has outcomes by row number, and is empty if nothing was recorded.

    `differences` come from a dry run, so the records are rolled back and not shown. A good row of a refused submission
    is "unchanged", because it was not recorded. The counts always add up to the number of rows received.
    """
    is_recorded = state == "published"
    rows = [_build_row(row, became.get(row.raw.number), differences, shows_record=is_recorded) for row in checked.rows]
    counts = {outcome: sum(1 for row in rows if row["outcome"] == outcome) for outcome in OUTCOMES}
    return {
        "state": state,
        "counts": {"rows": len(rows), **counts},
        "problems": [serialize_problem(problem) for problem in checked.problems],
        "rows": rows,
    }


def _build_row(
    row: ValidatedRow,
    became: tuple[RowKind, UpdateOutcome] | None,
    differences: Differences | None,
    *,
    shows_record: bool,
) -> Json:
    result: Json = {"row": row.raw.number, "point": row.point.code if row.point else row.raw.values.get("point")}
    if row.point:
        result["name"] = row.point.name
    result["outcome"] = "rejected" if row.errors else "unchanged"
    if became is not None:
        kind, outcome = became
        result |= {"outcome": outcome.outcome} | kind.describe_outcome(outcome, shows_record)
    if differences is not None:
        result |= _build_difference(row, result["outcome"], differences)
    if row.problems:
        result["problems"] = [serialize_problem(problem) for problem in row.problems]
    return result


def _build_difference(row: ValidatedRow, outcome: str, differences: Differences) -> Json:
    """Return the row's differences, and nothing for an unchanged row of a kind that does not show it."""
    if outcome == "unchanged" and not all(kind.shows_unchanged for kind in list_update_kinds(row)):
        return {}
    return differences.get(row.raw.number, {})


def serialize_problem(problem: Problem) -> Json:
    members = ("row", "column", "value", "cell", "severity", "code")
    document = {name: getattr(problem, name) for name in members if getattr(problem, name) is not None}
    document |= {"message": problem.message.render(), "message_key": problem.message.key}
    if problem.message.values:
        document["message_values"] = problem.message.values
    return document | ({"candidates": list(problem.candidates)} if problem.candidates else {})


def translate_answer(answer: Json, language: Language) -> Json:
    """Translate the answer's messages; messages stored by earlier versions have no key and stay in English."""
    if language == "en":
        return answer
    rows = [
        row | {"problems": _translate_problems(row["problems"], language)} if "problems" in row else row
        for row in answer["rows"]
    ]
    return answer | {"problems": _translate_problems(answer["problems"], language), "rows": rows}


def _translate_problems(problems: Sequence[Json], language: Language) -> list[Json]:
    return [
        problem | {"message": render_message(problem["message_key"], problem.get("message_values", {}), language)}
        if "message_key" in problem
        else problem
        for problem in problems
    ]
