"""Checks that the days and places in the address of the map exist, because the map would be empty without them."""

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from api.bad_parameters import BadParameters
from api.likely_names import suggest_names
from api.parameter_bounds import can_be_code
from api.places import refuse_unknown_places
from api.time_parameters import format_days
from models.codes import fold_text
from models.history import select_point_id
from models.points_named import select_point_names, select_points_by_code

if TYPE_CHECKING:
    from api.map_page import MapParameters

MAX_SUGGESTIONS = 3


async def check_map_parameters(
    connection: AsyncConnection, parameters: "MapParameters", first_day: dt.date, last_day: dt.date
) -> None:
    """Refuse days, countries, regions and points that the map cannot show. Raises BadParameters."""
    _refuse_days(parameters, first_day, last_day)
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    await _refuse_unknown_point(connection, parameters.point)


def _refuse_days(parameters: "MapParameters", first_day: dt.date, last_day: dt.date) -> None:
    days = parameters.datetime
    if days is None:
        return
    if days.first != days.last:
        raise _build_error("datetime", format_days(days), "is an interval, and the map shows one day: name one")
    if not first_day <= days.first <= last_day:
        raise _build_error(
            "datetime", format_days(days), f"lies outside the days of the map, {first_day} to {last_day}"
        )


async def _refuse_unknown_point(connection: AsyncConnection, code: str | None) -> None:
    if code is None or (can_be_code(code) and await connection.scalar(select_point_id(code))):
        return
    near = await _suggest_points(connection, code)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise _build_error("point", code, f"there is no point {code!r}{hint}")


async def _suggest_points(connection: AsyncConnection, text: str) -> list[str]:
    """Suggest the codes of points that have this IATA, ICAO or UN/LOCODE code, or a similar name."""
    matches = [
        row.code for row in await connection.execute(select_points_by_code([text])) if row.lifecycle != "proposed"
    ]
    if matches:
        return list(dict.fromkeys(matches))[:MAX_SUGGESTIONS]
    names = {fold_text(row.name): row for row in await connection.execute(select_point_names())}
    # Takes a tenth of a second for all names of the world.
    near = await asyncio.to_thread(suggest_names, fold_text(text), names, MAX_SUGGESTIONS)
    return [f"{names[name].code} ({names[name].name})" for name in near]


def _build_error(parameter: str, value: str, reason: str) -> BadParameters:
    return BadParameters([{"parameter": parameter, "value": value, "reason": reason}])
