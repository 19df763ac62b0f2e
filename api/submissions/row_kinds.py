"""Registry of the kinds of rows that offices submit: how a row is recognised, checked, recorded and answered.

A new kind is one entry here; its columns are the ones of columns.toml that name it in `rows`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.columns import list_kind_columns
from api.submissions.diff import fetch_status_differences, is_same_time_report
from api.submissions.raw_row import RawRow
from api.submissions.rows import ValidatedRow
from api.submissions.validation.context import ValidationContext
from api.submissions.validation.register_checks import check_register_rows, is_same_day_change
from api.submissions.validation.register_row import REGISTER_ACTIONS, validate_register_row
from api.submissions.validation.status_row import STATUS_ACTIONS, validate_status_row
from models.accounts.submissions import select_has_current_point, select_has_current_restriction
from models.recording.assessments import PointReport, record_reports
from models.recording.bitemporal_update import Outcome
from models.recording.register_changes import ChangeOutcome, RegisterChange, record_register_changes

Json = dict[str, Any]
RowsCheck = Callable[[AsyncConnection, Sequence[ValidatedRow], ValidationContext], Awaitable[list[ValidatedRow]]]


class UpdateOutcome(Protocol):
    """Outcome of one update, as its recorder returns it."""

    @property
    def outcome(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RowKind:
    """Kind of row.

    Recognition: a row is of this kind if its `action` is one of `actions`; a table needs the `key_column` of a
    kind: rows that only add points need no column `point`.
    `point_columns` hold codes of points to look up before validation.
    Validation: `validate` checks a row alone and returns its updates of the class `update`; `conflicts` compares two
    updates of one subject; `check_rows`, if the kind has it, adds problems to rows that are good alone.
    Recording: `record` records updates and returns their outcomes by row number.
    Answer: `describe_outcome` returns members of the row's result, with the record if it is stored for good;
    `fetch_differences` returns members of a dry run by row number, which an unchanged row has only if it
    `shows_unchanged`; `build_record_path` returns the path of the record of a result.
    Repetition: `list_additions` returns what a result's rows added, and `select_has_current` whether any of it is
    current. Additions of a kind that `repeats_in_files` count in any submission, others only in that of a single item.
    """

    name: str
    actions: frozenset[str]
    key_column: str
    point_columns: tuple[str, ...]
    update: type[Any]
    validate: Callable[[RawRow, str, ValidationContext], ValidatedRow]
    conflicts: Callable[[Any, Any], bool]
    check_rows: RowsCheck | None = None
    record: Callable[..., Awaitable[Mapping[int, UpdateOutcome]]]
    describe_outcome: Callable[[Any, bool], Json]
    fetch_differences: Callable[[AsyncConnection, Sequence[ValidatedRow]], Awaitable[dict[int, Json]]]
    shows_unchanged: bool
    build_record_path: Callable[[Json], str | None]
    list_additions: Callable[[Sequence[Json]], list[Any]]
    select_has_current: Callable[[Sequence[Any]], Select[bool]]
    repeats_in_files: bool

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns that rows of this kind have."""
        return list_kind_columns(self.name)


async def _fetch_submitted_values(_connection: AsyncConnection, rows: Sequence[ValidatedRow]) -> dict[int, Json]:
    return {row.raw.number: {"given": row.raw.values} for row in rows}


def _describe_change(outcome: ChangeOutcome, _is_stored: bool) -> Json:  # noqa: FBT001 - a value of the answer
    return {"point": outcome.code, "lifecycle": outcome.lifecycle}


def _build_point_path(result: Json) -> str | None:
    """Return the path of the point's history, or of the proposals for a proposed point."""
    if "lifecycle" not in result:
        return None
    is_public = result["lifecycle"] != "proposed"
    return f"/points-of-entry/{quote(result['point'])}/history" if is_public else "/points-of-entry/proposed"


def _list_added_points(results: Sequence[Json]) -> list[str]:
    return [result["point"] for result in results if result["outcome"] == "added" and "lifecycle" in result]


def _describe_report(outcome: Outcome, is_stored: bool) -> Json:  # noqa: FBT001 - a value of the answer
    return {"record": outcome.record_id} if is_stored and outcome.record_id is not None else {}


def _build_restriction_path(result: Json) -> str | None:
    return f"/collections/restrictions/items/{result['record']}" if "record" in result else None


def _list_added_restrictions(results: Sequence[Json]) -> list[int]:
    return [result["record"] for result in results if "record" in result]


ROW_KINDS = (
    RowKind(
        name="register",
        actions=REGISTER_ACTIONS,
        key_column="action",
        point_columns=("point", "successor", "counterpart", "iata", "icao"),
        update=RegisterChange,
        validate=validate_register_row,
        conflicts=is_same_day_change,
        check_rows=check_register_rows,
        record=record_register_changes,
        describe_outcome=_describe_change,
        fetch_differences=_fetch_submitted_values,
        shows_unchanged=True,
        build_record_path=_build_point_path,
        list_additions=_list_added_points,
        select_has_current=select_has_current_point,
        repeats_in_files=True,
    ),
    RowKind(
        name="status",
        actions=STATUS_ACTIONS,
        key_column="point",
        point_columns=("point",),
        update=PointReport,
        validate=validate_status_row,
        conflicts=is_same_time_report,
        record=record_reports,
        describe_outcome=_describe_report,
        fetch_differences=fetch_status_differences,
        shows_unchanged=False,
        build_record_path=_build_restriction_path,
        list_additions=_list_added_restrictions,
        select_has_current=select_has_current_restriction,
        repeats_in_files=False,
    ),
)
"""All kinds, in the order in which their updates are recorded: a report may be about a point that the file adds."""

POINT_COLUMNS = frozenset(column for kind in ROW_KINDS for column in kind.point_columns)
KEY_COLUMNS = frozenset(kind.key_column for kind in ROW_KINDS)
KINDS_BY_ACTION = {action: kind for kind in ROW_KINDS for action in kind.actions}


def get_row_kind(action: str) -> RowKind:
    """Return the kind of rows with this code of `submission_action`."""
    return KINDS_BY_ACTION[action]


def list_update_kinds(row: ValidatedRow) -> list[RowKind]:
    """Return the kinds of the row's updates."""
    return [kind for kind in ROW_KINDS if row.get_update(kind.update) is not None]
