"""Loader for corrections of the shipped register: misplaced points, and points that are not points of entry."""

from collections.abc import Sequence
from typing import Any

from api.imports.errors import RowError
from api.imports.importer import ImportContext
from api.imports.row_reader import RowReader
from api.imports.tabular_file import read_rows
from models.recording.register import fetch_office_changed_codes, fetch_point_ids
from models.recording.register_changes import RegisterChange, record_register_changes
from models.tables.bitemporal import BEGINNING_OF_TIME

REQUIRED_COLUMNS = ("poe_id", "action", "successor", "why")
# Points that were never at their place: they are retired, or merged into the row at the right place.
REMOVAL_ACTIONS = ("rejected", "position to be replaced")
# The new place is in the register of land borders, which is loaded before.
MOVE_ACTIONS = ("position corrected", "position improved")
SOURCE = "register-review"


async def load_register_corrections(intake: ImportContext) -> None:
    """Load the corrections, recorded now and valid since ever; points that an office changed are skipped.

    Earlier answers stay available by `as_known_at`.
    """
    read = intake.parse_rows(read_rows(intake.path, REQUIRED_COLUMNS), _check_correction)
    leaving = [row for row in read if row.values["action"] in REMOVAL_ACTIONS]
    intake.loaded.count("unchanged", len(read) - len(leaving))
    changes = await _exclude_office_changes(intake, leaving)
    ids = await _fetch_point_ids(intake, changes)
    if intake.loaded.row_errors:
        return
    source_id = (await intake.fetch_source_ids())[SOURCE]
    recorded = await record_register_changes(
        intake.connection,
        [_build_change(row, ids) for row in changes],
        source_id=source_id,
        submission_id=None,
        recorded_at=intake.recorded_at,
    )
    for entered in recorded.values():
        intake.loaded.count(entered.outcome)


def _check_correction(row: RowReader) -> RowReader:
    row.read_required("poe_id")
    action = row.read_required("action")
    if action and action not in (*REMOVAL_ACTIONS, *MOVE_ACTIONS):
        row.add_error("action", f"is not a correction; expected one of {', '.join((*REMOVAL_ACTIONS, *MOVE_ACTIONS))}")
    return row


async def _exclude_office_changes(intake: ImportContext, rows: Sequence[RowReader]) -> list[RowReader]:
    changed = await fetch_office_changed_codes(intake.connection, [row.values["poe_id"] for row in rows])
    left_out = [row for row in rows if row.values["poe_id"] in changed]
    intake.loaded.warnings += [
        RowError(row.number, "poe_id", row.values["poe_id"], "skipped: an office changed this point")
        for row in left_out
    ]
    return [row for row in rows if row.values["poe_id"] not in changed]


async def _fetch_point_ids(intake: ImportContext, rows: Sequence[RowReader]) -> dict[str, int]:
    """Fetch the ids of the points and successors by code, and add an error for each unknown code."""
    named = [(row, column) for row in rows for column in ("poe_id", "successor") if row.values[column]]
    ids = await fetch_point_ids(intake.connection, [row.values[column] for row, column in named])
    intake.loaded.row_errors += [
        RowError(row.number, column, row.values[column], "is not the code of a point")
        for row, column in named
        if row.values[column] not in ids
    ]
    return ids


def _build_change(row: RowReader, ids: dict[str, int]) -> RegisterChange:
    successor = row.read_text("successor")
    columns: dict[str, Any] = {
        "lifecycle": "merged" if successor else "retired",
        "successor_id": ids[successor] if successor else None,
        "source_reference": row.read_text("why"),
    }
    return RegisterChange(row.number, ids[row.values["poe_id"]], BEGINNING_OF_TIME, columns)
