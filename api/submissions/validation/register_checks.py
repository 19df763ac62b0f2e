"""Checks of rows that change the register against each other, and of their places against the database."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from api.messages.message import Message
from api.submissions.point_lookup import PointIndex
from api.submissions.problems import Problem
from api.submissions.rows import ValidatedRow
from api.submissions.validation.context import ValidationContext
from api.values.numbers import parse_number
from models.recording.register_changes import RegisterChange
from models.validation.location_checks import Place, find_close_rows, find_existing_points, find_places_outside_country

REMOVED_LIFECYCLES = {"retired", "merged"}
SHARED_CODE_COLUMNS = ("iata", "icao")
Changes = Mapping[str | None, list[tuple[ValidatedRow, RegisterChange]]]


async def check_register_rows(
    connection: AsyncConnection, rows: Sequence[ValidatedRow], context: ValidationContext
) -> list[ValidatedRow]:
    """Add problems of successors, shared codes and places to the rows that change the register."""
    rows = warn_of_shared_codes(refuse_removed_successors(rows), context.points)
    return await warn_of_places(connection, rows)


def is_same_day_change(change: RegisterChange, other: RegisterChange) -> bool:
    """Return whether two changes of one point begin on the same day, or both add the same point."""
    return change.valid_from == other.valid_from or other.point_of_entry_id is None


def refuse_removed_successors(rows: Sequence[ValidatedRow]) -> list[ValidatedRow]:
    """Refuse to merge a point into a successor that another row removes from the register."""
    leaving = {row.point.id: row.raw.number for row, change in _iterate_changes(rows) if row.point and _removes(change)}
    problems = {
        row.raw.number: row.raw.build_problem("successor", Message("successor_leaves", row=leaving[successor]))
        for row, change in _iterate_changes(rows)
        if (successor := change.columns.get("successor_id")) in leaving
    }
    return [row.add_problems(problems[row.raw.number]) if row.raw.number in problems else row for row in rows]


def _iterate_changes(rows: Iterable[ValidatedRow]) -> Iterator[tuple[ValidatedRow, RegisterChange]]:
    return ((row, change) for row in rows if (change := row.get_update(RegisterChange)) is not None)


def _removes(change: RegisterChange) -> bool:
    return change.columns.get("lifecycle") in REMOVED_LIFECYCLES


def warn_of_shared_codes(rows: Sequence[ValidatedRow], points: PointIndex) -> list[ValidatedRow]:
    """Warn of a code that another point still has, or that another row assigns to another point.

    This is no error: an airport and its successor may share a code for a while.
    """
    given = {column: _group_by_code(rows, column) for column in SHARED_CODE_COLUMNS}
    warnings = {
        row.raw.number: [
            warning
            for column in SHARED_CODE_COLUMNS
            for warning in _iterate_code_warnings(row, change, column, given[column], points)
        ]
        for row, change in _iterate_changes(rows)
    }
    return [row.add_problems(*warnings[row.raw.number]) if row.raw.number in warnings else row for row in rows]


def _group_by_code(rows: Sequence[ValidatedRow], column: str) -> Changes:
    """Group the rows that change the column by the new code; None for rows that remove the code."""
    given = defaultdict(list)
    for row, change in _iterate_changes(rows):
        if column in change.columns:
            given[change.columns[column]].append((row, change))
    return given


def _iterate_code_warnings(
    row: ValidatedRow, change: RegisterChange, column: str, given: Changes, points: PointIndex
) -> Iterator[Problem]:
    code = change.columns.get(column)
    if code is None:
        return
    own = row.point.id if row.point else None
    giving_up = _find_released_points(given, code, change.valid_from)
    if others := points.find_other_codes(column, code, {own, *giving_up}):
        yield row.raw.build_problem(column, Message("code_in_use", code=code, points=others), severity="warning")
    if rows := [str(other.raw.number) for other, _ in given[code] if other is not row and _is_other(other, own)]:
        yield row.raw.build_problem(column, Message("code_in_use.rows", code=code, rows=rows), severity="warning")


def _find_released_points(given: Changes, code: str, day: dt.date) -> set[int]:
    """Return the points that lose the code by the day: other rows change or remove it."""
    return {
        row.point.id
        for other, changes in given.items()
        for row, change in changes
        if other != code and row.point is not None and change.valid_from <= day
    }


def _is_other(row: ValidatedRow, point: int | None) -> bool:
    return point is None or row.point is None or row.point.id != point


async def warn_of_places(connection: AsyncConnection, rows: Sequence[ValidatedRow]) -> list[ValidatedRow]:
    """Add warnings for points outside their country (swapped coordinates) and near another point (second proposal).

    Neither is an error: a crossing may be on the neighbour's territory.
    """
    places = [place for row, change in _iterate_changes(rows) for place in _iterate_places(row, change)]
    if not places:
        return list(rows)
    far = await find_places_outside_country(connection, places)
    new = [place for place in places if place.poe_type]
    near = await find_existing_points(connection, new)
    close = find_close_rows(new)
    return [row.add_problems(*_iterate_place_warnings(row, far, near, close)) for row in rows]


def _iterate_places(row: ValidatedRow, change: RegisterChange) -> Iterator[Place]:
    if row.iso3 is not None and "geometry" in change.columns:
        longitude, latitude = (parse_number(row.raw.values[column]) for column in ("longitude", "latitude"))
        poe_type = change.columns.get("poe_type") if row.point is None else None
        yield Place(row.raw.number, row.iso3, longitude, latitude, poe_type)


def _iterate_place_warnings(
    row: ValidatedRow, far: Collection[int], near: Mapping[int, list[str]], close: Mapping[int, int]
) -> Iterator[Problem]:
    number, values = row.raw.number, row.raw.values
    if number in far:
        place = {"longitude": values["longitude"], "latitude": values["latitude"]}
        message = Message("outside_its_country", iso3=row.iso3, **place)
        yield row.raw.build_problem("longitude", message, severity="warning")
    if number in near:
        message = Message("point_there_already", points=near[number])
        yield row.raw.build_problem("name", message, candidates=near[number], severity="warning")
    if number in close:
        message = Message("point_there_already.row", row=close[number])
        yield row.raw.build_problem("name", message, severity="warning")
