"""Checks that the days and places in the address of the map exist, because the map would be empty without them."""

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from api.bad_parameters import BadParameters
from api.likely_names import likely_names
from api.parameter_bounds import can_be_code
from api.places import refuse_unknown_places
from api.time_parameters import days_text
from models.codes import folded
from models.history import point_id
from models.points_named import names_of_points, points_named

if TYPE_CHECKING:
    from api.map_page import MapParameters

SHOWN_CANDIDATES = 3


async def refuse_what_there_is_not(
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
        raise _bad("datetime", days_text(days), "is an interval, and the map shows one day: name one")
    if not first_day <= days.first <= last_day:
        raise _bad("datetime", days_text(days), f"lies outside the days of the map, {first_day} to {last_day}")


async def _refuse_unknown_point(connection: AsyncConnection, code: str | None) -> None:
    if code is None or (can_be_code(code) and await connection.scalar(point_id(code))):
        return
    near = await _likely_points(connection, code)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise _bad("point", code, f"there is no point {code!r}{hint}")


async def _likely_points(connection: AsyncConnection, text: str) -> list[str]:
    """Suggest the codes of points that have this IATA, ICAO or UN/LOCODE code, or a similar name."""
    matches = [row.code for row in await connection.execute(points_named([text])) if row.lifecycle != "proposed"]
    if matches:
        return list(dict.fromkeys(matches))[:SHOWN_CANDIDATES]
    names = {folded(row.name): row for row in await connection.execute(names_of_points())}
    # Takes a tenth of a second for all names of the world.
    near = await asyncio.to_thread(likely_names, folded(text), names, SHOWN_CANDIDATES)
    return [f"{names[name].code} ({names[name].name})" for name in near]


def _bad(parameter: str, value: str, reason: str) -> BadParameters:
    return BadParameters([{"parameter": parameter, "value": value, "reason": reason}])
