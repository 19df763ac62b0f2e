"""Changes to the register from a day on: a new point, a renaming, a relocation, a retyping, a merger, a retirement."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Integer, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_tables import REGISTER
from models.recording.bitemporal_update import Outcome, record_updates
from models.recording.register import fetch_point_ids
from models.recording.restrictions import format_day_range
from models.tables.bitemporal import is_current
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.point_properties import POINT_PROPERTIES

Columns = Mapping[str, Any]
BORDER_TYPES = {"land_border_point", "blue_border_point"}


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """Change of a point's register entry by one row, from `valid_from` on and until the next change.

    `valid_to` is the first day of a later version that stays unchanged, None if all later ones change.

    `columns` are the changed columns, None to remove a value. Without `point_of_entry_id` it is a new point, and they
    are all its columns; `code` is then the requested code.
    """

    row: int
    point_of_entry_id: int | None
    valid_from: dt.date
    columns: Columns
    code: str | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """Outcome of a change: the point's public code, and its new lifecycle."""

    outcome: Literal["added", "superseded", "unchanged"]
    code: str
    lifecycle: str


@dataclass(frozen=True, slots=True)
class RegisterPeriod:
    """Register entry over some days; `row` is the change that it comes from, None if it is unchanged."""

    first: dt.date
    end: dt.date | None
    columns: Columns
    row: int | None = None


async def record_register_changes(
    connection: AsyncConnection,
    changes: Sequence[RegisterChange],
    *,
    source_id: int,
    submission_id: int | None,
    recorded_at: dt.datetime,
) -> dict[int, ChangeOutcome]:
    """Record the changes together, and return the outcome of each, by row.

    A change affects only its own columns: a point that is renamed from March on, and moves in April by an earlier
    change, has the new name at both places. Two changes of one point may not begin on the same day.
    """
    if not changes:
        return {}
    about = {"source_id": source_id, "submission_id": submission_id}
    points = {change.row: change.point_of_entry_id or await _insert_point(connection, change) for change in changes}
    pieces = await fetch_register_periods(connection, sorted(set(points.values())))
    for change in sorted(changes, key=lambda change: change.valid_from):
        point = points[change.row]
        pieces[point] = apply_change(pieces.get(point, []), replace(change, columns={**about, **change.columns}))
    new_periods = [(point, piece) for point in pieces for piece in pieces[point] if piece.row is not None]
    outcomes = await record_updates(
        connection, REGISTER, [build_register_update(point, piece) for point, piece in new_periods], recorded_at
    )
    codes = await _fetch_codes(connection, sorted(set(points.values())))
    results: dict[int, list[tuple[Outcome, RegisterPeriod]]] = {}
    for (_, piece), outcome in zip(new_periods, outcomes, strict=True):
        results.setdefault(piece.row or 0, []).append((outcome, piece))
    return {row: _summarize_outcomes(results[row], codes[points[row]]) for row in results}


async def fetch_register_periods(connection: AsyncConnection, points: Sequence[int]) -> dict[int, list[RegisterPeriod]]:
    """Fetch the current versions of the points, by point and in the order of days."""
    version = PointOfEntryVersion
    plain = [getattr(version, name) for name in REGISTER.update_columns if name != "geometry"]
    statement = (
        select(version.valid_during, *plain, func.ST_AsEWKT(version.geometry).label("geometry"))
        .where(version.point_of_entry_id.in_(points), is_current(version.recorded_during, None))
        .order_by(version.point_of_entry_id, func.lower(version.valid_during))
    )
    pieces: dict[int, list[RegisterPeriod]] = {}
    for row in (await connection.execute(statement)).mappings():
        columns = {name: row[name] for name in REGISTER.update_columns}
        days = row["valid_during"]
        pieces.setdefault(row["point_of_entry_id"], []).append(RegisterPeriod(days.lower, days.upper, columns))
    return pieces


def apply_change(pieces: Sequence[RegisterPeriod], change: RegisterChange) -> list[RegisterPeriod]:
    """Return the periods after the change; a point without periods is new; a later first period is extended back to the
    change.
    """
    if not pieces:
        return [
            RegisterPeriod(
                change.valid_from, None, _clear_border_columns({**EMPTY_COLUMNS, **change.columns}), change.row
            )
        ]
    if change.valid_from < pieces[0].first:
        pieces = [replace(pieces[0], first=change.valid_from, end=pieces[0].first), *pieces]
    periods = []
    for piece in pieces:
        if not _applies_to_period(change, piece):
            periods.append(piece)
            continue
        if piece.first < change.valid_from:
            periods.append(replace(piece, end=change.valid_from))
        columns = _clear_border_columns(_merge_columns(piece.columns, change.columns))
        periods.append(replace(piece, first=max(piece.first, change.valid_from), columns=columns, row=change.row))
    return periods


def _merge_columns(before: Columns, news: Columns) -> Columns:
    """Merge the new columns into the old ones; a change of the other country removes the counterpart, unless the change
    has one.

    The database determines whether a moved point is at the place of its counterpart.
    """
    columns = {**before, **news}
    if "counterpart_id" not in news and columns["other_iso3"] != before["other_iso3"]:
        columns["counterpart_id"] = None
    return columns if news.keys().isdisjoint(("geometry", "counterpart_id")) else {**columns, "side": None}


def _applies_to_period(change: RegisterChange, piece: RegisterPeriod) -> bool:
    is_over = piece.end is not None and piece.end <= change.valid_from
    return not is_over and (change.valid_to is None or piece.first < change.valid_to)


def _clear_border_columns(columns: Columns) -> Columns:
    """Clear the other country and the counterpart of a point that is not at a border."""
    at_a_border = columns["poe_type"] in BORDER_TYPES and columns["other_iso3"] != columns["iso3"]
    return columns if at_a_border else {**columns, "other_iso3": None, "counterpart_id": None}


EMPTY_COLUMNS: Columns = {
    **dict.fromkeys(REGISTER.update_columns),
    **{each.column: each.without_value for each in POINT_PROPERTIES if each.column},
    "other_names": {},
    "details": {},
}


def build_register_update(point: int, piece: RegisterPeriod) -> dict[str, Any]:
    """Return the period as a row for `record_updates`."""
    days = format_day_range(piece.first, piece.end)
    return {**piece.columns, "point_of_entry_id": point, "valid_during": days}


def _summarize_outcomes(results: Sequence[tuple[Outcome, RegisterPeriod]], code: str) -> ChangeOutcome:
    outcomes = {outcome.outcome for outcome, _ in results}
    strongest: Literal["added", "superseded", "unchanged"] = "unchanged"
    for outcome in ("added", "superseded"):
        if outcome in outcomes:
            strongest = outcome
    return ChangeOutcome(strongest, code, results[-1][1].columns["lifecycle"])


async def _insert_point(connection: AsyncConnection, change: RegisterChange) -> int:
    """Insert a new point and return its number.

    Its code is the requested one, or the country's with the next free number.
    """
    code = change.code or await _find_free_code(connection, change.columns["iso3"])
    statement = insert(PointOfEntry).values(code=code).returning(PointOfEntry.id)
    return (await connection.execute(statement)).scalar_one()


async def _find_free_code(connection: AsyncConnection, iso3: str) -> str:
    """Find the next code of the country.

    Codes are never deleted, and there is one writer at a time: the last number plus one is free, and stays free.
    """
    number = cast(func.substring(PointOfEntry.code, "[0-9]+$"), Integer)
    ours = PointOfEntry.code.op("~")(f"^{iso3}-P[0-9]{{4,8}}$")
    last = await connection.scalar(select(func.max(number)).where(ours))
    return f"{iso3}-P{(last or 0) + 1:04}"


async def _fetch_codes(connection: AsyncConnection, points: Sequence[int]) -> dict[int, str]:
    rows = await connection.execute(select(PointOfEntry.id, PointOfEntry.code).where(PointOfEntry.id.in_(points)))
    return dict(rows.all())


async def fetch_taken_codes(connection: AsyncConnection, codes: Iterable[str]) -> set[str]:
    """Return the codes that belong, or once belonged, to a point."""
    return set(await fetch_point_ids(connection, sorted(codes)))
