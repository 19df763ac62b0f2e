"""Changing the register from a day on: a new point, a renaming, a relocation, a retyping, a merger, a retirement."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Integer, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledgers import REGISTER
from models.news import Outcome, record_news
from models.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.record_restrictions import day_range
from models.register import point_ids
from models.time_axes import believed

Columns = Mapping[str, Any]
AT_A_BORDER = {"land_border_point", "blue_border_point"}


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """What one row says of a point's entry in the register, from `valid_from` on and until other changes.

    `valid_to` is the first day on which a version begins that is left as it is, None if all later ones change.

    `columns` are those that change, None where a value goes. Without `point_of_entry_id` it is a new point, and they
    say all that there is to say; `code` is then the one that is wished for.
    """

    row: int
    point_of_entry_id: int | None
    valid_from: dt.date
    columns: Columns
    code: str | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a change: the point's public code, and the lifecycle that it has by it."""

    outcome: Literal["added", "superseded", "unchanged"]
    code: str
    lifecycle: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What the register says over some days; `row` is the change by which it says so, None if it did before."""

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
) -> dict[int, Entered]:
    """Record the changes together, and say what became of each, by row.

    A change leaves alone what it says nothing of: a point that is renamed from March on, and is known to move in
    April, has the new name at both places. Two changes of one point may not begin on the same day.
    """
    if not changes:
        return {}
    about = {"source_id": source_id, "submission_id": submission_id}
    points = {change.row: change.point_of_entry_id or await _add_point(connection, change) for change in changes}
    pieces = await register_pieces(connection, sorted(set(points.values())))
    for change in sorted(changes, key=lambda change: change.valid_from):
        point = points[change.row]
        pieces[point] = changed(pieces.get(point, []), replace(change, columns={**about, **change.columns}))
    told = [(point, piece) for point in pieces for piece in pieces[point] if piece.row is not None]
    outcomes = await record_news(
        connection, REGISTER, [register_news(point, piece) for point, piece in told], recorded_at
    )
    codes = await _codes(connection, sorted(set(points.values())))
    became: dict[int, list[tuple[Outcome, Piece]]] = {}
    for (_, piece), outcome in zip(told, outcomes, strict=True):
        became.setdefault(piece.row or 0, []).append((outcome, piece))
    return {row: _entered(became[row], codes[points[row]]) for row in became}


async def register_pieces(connection: AsyncConnection, points: Sequence[int]) -> dict[int, list[Piece]]:
    """What is believed now of the points, by point and in the order of days."""
    version = PointOfEntryVersion
    plain = [getattr(version, name) for name in REGISTER.carried if name != "geometry"]
    statement = (
        select(version.valid_during, *plain, func.ST_AsEWKT(version.geometry).label("geometry"))
        .where(version.point_of_entry_id.in_(points), believed(version.recorded_during, None))
        .order_by(version.point_of_entry_id, func.lower(version.valid_during))
    )
    pieces: dict[int, list[Piece]] = {}
    for row in (await connection.execute(statement)).mappings():
        columns = {name: row[name] for name in REGISTER.carried}
        days = row["valid_during"]
        pieces.setdefault(row["point_of_entry_id"], []).append(Piece(days.lower, days.upper, columns))
    return pieces


def changed(pieces: Sequence[Piece], change: RegisterChange) -> list[Piece]:
    """The pieces once the change holds; a point without any is new, one that began later begins with the change."""
    if not pieces:
        return [Piece(change.valid_from, None, _fitting({**NOTHING_SAID, **change.columns}), change.row)]
    if change.valid_from < pieces[0].first:
        pieces = [replace(pieces[0], first=change.valid_from, end=pieces[0].first), *pieces]
    made = []
    for piece in pieces:
        if not _reaches(change, piece):
            made.append(piece)
            continue
        if piece.first < change.valid_from:
            made.append(replace(piece, end=change.valid_from))
        columns = _fitting(_joined(piece.columns, change.columns))
        made.append(replace(piece, first=max(piece.first, change.valid_from), columns=columns, row=change.row))
    return made


def _joined(before: Columns, news: Columns) -> Columns:
    """The columns with the news in them; another country across is another counterpart's too, unless one is named.

    Whether a point that moves stands where its counterpart does is left for the database to find.
    """
    columns = {**before, **news}
    if "counterpart_id" not in news and columns["other_iso3"] != before["other_iso3"]:
        columns["counterpart_id"] = None
    return columns if news.keys().isdisjoint(("geometry", "counterpart_id")) else {**columns, "side": None}


def _reaches(change: RegisterChange, piece: Piece) -> bool:
    is_over = piece.end is not None and piece.end <= change.valid_from
    return not is_over and (change.valid_to is None or piece.first < change.valid_to)


def _fitting(columns: Columns) -> Columns:
    """Only a point at a border has a country, and a counterpart, on the other side of it."""
    at_a_border = columns["poe_type"] in AT_A_BORDER and columns["other_iso3"] != columns["iso3"]
    return columns if at_a_border else {**columns, "other_iso3": None, "counterpart_id": None}


NOTHING_SAID: Columns = dict.fromkeys(REGISTER.carried) | {
    "other_names": {},
    "details": {},
    "official_status": "unknown",
    "ihr_designated": "unknown",
}


def register_news(point: int, piece: Piece) -> dict[str, Any]:
    """The piece as `record_news` takes it."""
    days = day_range(piece.first, piece.end)
    return {**piece.columns, "point_of_entry_id": point, "valid_during": days}


def _entered(became: Sequence[tuple[Outcome, Piece]], code: str) -> Entered:
    outcomes = {outcome.outcome for outcome, _ in became}
    strongest: Literal["added", "superseded", "unchanged"] = "unchanged"
    for outcome in ("added", "superseded"):
        if outcome in outcomes:
            strongest = outcome
    return Entered(strongest, code, became[-1][1].columns["lifecycle"])


async def _add_point(connection: AsyncConnection, change: RegisterChange) -> int:
    """The number of a new point. Its code is the one wished for, or the country's with the next free number."""
    code = change.code or await _free_code(connection, change.columns["iso3"])
    statement = insert(PointOfEntry).values(code=code).returning(PointOfEntry.id)
    return (await connection.execute(statement)).scalar_one()


async def _free_code(connection: AsyncConnection, iso3: str) -> str:
    """Codes are never deleted, and there is one writer at a time: one more than the last is free, and stays so."""
    number = cast(func.substring(PointOfEntry.code, "[0-9]+$"), Integer)
    ours = PointOfEntry.code.op("~")(f"^{iso3}-P[0-9]{{4,8}}$")
    last = await connection.scalar(select(func.max(number)).where(ours))
    return f"{iso3}-P{(last or 0) + 1:04}"


async def _codes(connection: AsyncConnection, points: Sequence[int]) -> dict[int, str]:
    rows = await connection.execute(select(PointOfEntry.id, PointOfEntry.code).where(PointOfEntry.id.in_(points)))
    return dict(rows.all())


async def codes_taken(connection: AsyncConnection, codes: Iterable[str]) -> set[str]:
    """Those of the codes that are a point's, or once were."""
    return set(await point_ids(connection, sorted(codes)))
