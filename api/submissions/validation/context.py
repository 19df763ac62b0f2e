"""Validation of rows against the current records in the database."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.messages.message import Message
from api.submissions.rows import Problem, RawRow, RawSubmission
from api.submissions.validation.point_lookup import load_point_index
from api.submissions.validation.result import ValidatedRow, ValidatedSubmission, ValidationContext
from api.submissions.validation.validate import collect_new_codes, collect_point_names, validate_submission
from api.values.days import parse_record_day
from api.values.numbers import parse_number
from models.recording.register_changes import fetch_taken_codes
from models.tables.country import Country
from models.validation.location_checks import Place, find_close_rows, find_existing_points, find_places_outside_country
from models.validation.point_lookup import select_restriction_days


async def validate_against_register(
    connection: AsyncConnection,
    raw: RawSubmission,
    writable: Collection[str],
    accepting: Collection[str],
    today: dt.date,
) -> ValidatedSubmission:
    """Check the rows. New points of the countries `accepting` need no acceptance by a reviewer."""
    ground = await _load_context(connection, raw, writable, accepting, today)
    return await _add_place_warnings(connection, await validate_submission(raw, ground))


async def _load_context(
    connection: AsyncConnection,
    raw: RawSubmission,
    writable: Collection[str],
    accepting: Collection[str],
    today: dt.date,
) -> ValidationContext:
    mentioned = collect_point_names(raw.rows)
    points = await load_point_index(connection, mentioned, writable)
    countries = frozenset((await connection.scalars(select(Country.iso3))).all())
    days_known: dict[int, list[tuple[dt.date, dt.date | None]]] = {}
    since = _find_first_day(raw.rows, today)
    for point, first, end in await connection.execute(select_restriction_days(points.list_ids(), since)):
        days_known.setdefault(point, []).append((first, end))
    taken = await fetch_taken_codes(connection, collect_new_codes(raw.rows))
    return ValidationContext(points, countries, writable, today, days_known, accepting, taken)


def _find_first_day(rows: Iterable[RawRow], today: dt.date) -> dt.date:
    """Return the earliest day in the rows; invalid days become problems later, when the row is checked."""
    written = {row.values.get(column) for row in rows for column in ("assessed_on", "valid_from")}
    days = [today]
    for text in written - {None}:
        with suppress(ValueError):
            days.append(parse_record_day(str(text)))
    return min(days)


async def _add_place_warnings(connection: AsyncConnection, checked: ValidatedSubmission) -> ValidatedSubmission:
    """Add warnings for points outside their country (swapped coordinates) and near another point (second proposal).

    Neither is an error: a crossing may be on the neighbour's territory.
    """
    places = [place for row in checked.rows for place in _iterate_places(row)]
    if not places:
        return checked
    far = await find_places_outside_country(connection, places)
    new = [place for place in places if place.poe_type]
    near = await find_existing_points(connection, new)
    close = find_close_rows(new)
    rows = [row.add_problems(*_iterate_place_warnings(row, far, near, close)) for row in checked.rows]
    return ValidatedSubmission(rows, checked.problems)


def _iterate_places(row: ValidatedRow) -> Iterator[Place]:
    if row.change is not None and row.iso3 is not None and "geometry" in row.change.columns:
        longitude, latitude = (parse_number(row.raw.values[column]) for column in ("longitude", "latitude"))
        poe_type = row.change.columns.get("poe_type") if row.point is None else None
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
