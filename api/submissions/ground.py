"""Validation of rows against the current records in the database."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.messages.message import Message
from api.submissions.checked import Checked, CheckedRow, Ground
from api.submissions.checking import check, codes_wished_for, points_mentioned
from api.submissions.named_points import find_points
from api.submissions.raw import Problem, RawRow, RawSubmission
from api.values.days import parse_record_day
from api.values.numbers import parse_number
from models.country import Country
from models.places_near import Place, far_from_their_country, points_there_already, rows_close_together
from models.points_named import beliefs_about
from models.register_change import codes_taken


async def checked_on_ground(
    connection: AsyncConnection,
    raw: RawSubmission,
    writable: Collection[str],
    accepting: Collection[str],
    today: dt.date,
) -> Checked:
    """Check the rows. New points of the countries `accepting` need no acceptance by a reviewer."""
    ground = await _ground(connection, raw, writable, accepting, today)
    return await _with_warnings_of_places(connection, await check(raw, ground))


async def _ground(
    connection: AsyncConnection,
    raw: RawSubmission,
    writable: Collection[str],
    accepting: Collection[str],
    today: dt.date,
) -> Ground:
    mentioned = points_mentioned(raw.rows)
    points = await find_points(connection, mentioned, writable)
    countries = frozenset((await connection.scalars(select(Country.iso3))).all())
    days_known: dict[int, list[tuple[dt.date, dt.date | None]]] = {}
    since = _first_day(raw.rows, today)
    for point, first, end in await connection.execute(beliefs_about(points.ids(), since)):
        days_known.setdefault(point, []).append((first, end))
    taken = await codes_taken(connection, codes_wished_for(raw.rows))
    return Ground(points, countries, writable, today, days_known, accepting, taken)


def _first_day(rows: Iterable[RawRow], today: dt.date) -> dt.date:
    """Return the earliest day in the rows; invalid days become problems later, when the row is checked."""
    written = {row.values.get(column) for row in rows for column in ("assessed_on", "valid_from")}
    days = [today]
    for text in written - {None}:
        with suppress(ValueError):
            days.append(parse_record_day(str(text)))
    return min(days)


async def _with_warnings_of_places(connection: AsyncConnection, checked: Checked) -> Checked:
    """Add warnings for points outside their country (swapped coordinates) and near another point (second proposal).

    Neither is an error: a crossing may be on the neighbour's territory.
    """
    places = [place for row in checked.rows for place in _places(row)]
    if not places:
        return checked
    far = await far_from_their_country(connection, places)
    new = [place for place in places if place.poe_type]
    near = await points_there_already(connection, new)
    close = rows_close_together(new)
    rows = [row.noting(*_warnings(row, far, near, close)) for row in checked.rows]
    return Checked(rows, checked.problems)


def _places(row: CheckedRow) -> Iterator[Place]:
    if row.change is not None and row.iso3 is not None and "geometry" in row.change.columns:
        longitude, latitude = (parse_number(row.raw.values[column]) for column in ("longitude", "latitude"))
        poe_type = row.change.columns.get("poe_type") if row.point is None else None
        yield Place(row.raw.number, row.iso3, longitude, latitude, poe_type)


def _warnings(
    row: CheckedRow, far: Collection[int], near: Mapping[int, list[str]], close: Mapping[int, int]
) -> Iterator[Problem]:
    number, values = row.raw.number, row.raw.values
    if number in far:
        place = {"longitude": values["longitude"], "latitude": values["latitude"]}
        message = Message("outside_its_country", iso3=row.iso3, **place)
        yield row.raw.problem("longitude", message, severity="warning")
    if number in near:
        message = Message("point_there_already", points=near[number])
        yield row.raw.problem("name", message, candidates=near[number], severity="warning")
    if number in close:
        message = Message("point_there_already.row", row=close[number])
        yield row.raw.problem("name", message, severity="warning")
