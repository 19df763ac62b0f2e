"""Loader for corrections of the shipped register: misplaced points, and points that are not points of entry."""

from collections.abc import Sequence
from typing import Any

from api.load.checked_row import CheckedRow
from api.load.complaint import Complaint
from api.load.intake import Intake
from api.load.table_file import rows_of
from models.register import changed_by_offices, point_ids
from models.register_change import RegisterChange, record_register_changes
from models.time_axes import SINCE_EVER

NEEDED = ("poe_id", "action", "successor", "why")
# Points that were never at their place: they are retired, or merged into the row at the right place.
LEAVES = ("rejected", "position to be replaced")
# The new place is in the register of land borders, which is loaded before.
MOVES = ("position corrected", "position improved")
SOURCE = "register-review"


async def corrections(intake: Intake) -> None:
    """Load the corrections, recorded now and valid since ever; points that an office changed are skipped.

    Earlier answers stay available by `as_known_at`.
    """
    read = intake.checked(rows_of(intake.path, NEEDED), _checked)
    leaving = [row for row in read if row.values["action"] in LEAVES]
    intake.loaded.count("unchanged", len(read) - len(leaving))
    changes = await _unchanged_by_offices(intake, leaving)
    ids = await _ids(intake, changes)
    if intake.loaded.complaints:
        return
    source_id = (await intake.source_ids())[SOURCE]
    recorded = await record_register_changes(
        intake.connection,
        [_change(row, ids) for row in changes],
        source_id=source_id,
        submission_id=None,
        recorded_at=intake.recorded_at,
    )
    for entered in recorded.values():
        intake.loaded.count(entered.outcome)


def _checked(row: CheckedRow) -> CheckedRow:
    row.required("poe_id")
    action = row.required("action")
    if action and action not in (*LEAVES, *MOVES):
        row.complain("action", f"is not a correction; those are {', '.join((*LEAVES, *MOVES))}")
    return row


async def _unchanged_by_offices(intake: Intake, rows: Sequence[CheckedRow]) -> list[CheckedRow]:
    changed = await changed_by_offices(intake.connection, [row.values["poe_id"] for row in rows])
    left_out = [row for row in rows if row.values["poe_id"] in changed]
    intake.loaded.warnings += [
        Complaint(row.number, "poe_id", row.values["poe_id"], "was changed by an office, whose word stays")
        for row in left_out
    ]
    return [row for row in rows if row.values["poe_id"] not in changed]


async def _ids(intake: Intake, rows: Sequence[CheckedRow]) -> dict[str, int]:
    """Fetch the ids of the points and successors by code, and add an error for each unknown code."""
    named = [(row, column) for row in rows for column in ("poe_id", "successor") if row.values[column]]
    ids = await point_ids(intake.connection, [row.values[column] for row, column in named])
    intake.loaded.complaints += [
        Complaint(row.number, column, row.values[column], "is the code of no point")
        for row, column in named
        if row.values[column] not in ids
    ]
    return ids


def _change(row: CheckedRow, ids: dict[str, int]) -> RegisterChange:
    successor = row.text("successor")
    columns: dict[str, Any] = {
        "lifecycle": "merged" if successor else "retired",
        "successor_id": ids[successor] if successor else None,
        "source_reference": row.text("why"),
    }
    return RegisterChange(row.number, ids[row.values["poe_id"]], SINCE_EVER, columns)
