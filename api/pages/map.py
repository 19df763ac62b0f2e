"""Web map: one page with a script that uses the public addresses."""

import asyncio
import datetime as dt
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.session import ReadConnection
from api.http.content_policy import ANYBODY, POLICY_HEADER, build_page_policy
from api.messages.message import Language
from api.messages.suggestions import format_suggestions, suggest_names
from api.parameters.bounds import can_be_code
from api.parameters.errors import BadParameters
from api.parameters.operation import HTML, Operation
from api.parameters.page_day import PageDay, choose_page_day, read_reported_box, read_spans
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import ClocksParameters, build_query_parser
from api.parameters.types import BooleanParameter, Iso3s, Measures, PoeTypes, Populations, StatusGroups, Text, Values
from api.responses.representation import render_page
from api.values.datetimes import format_days, get_today
from models.codes import fold_text
from models.queries.filters import PointFilter
from models.queries.history import select_point_id
from models.tables.bitemporal import BEGINNING_OF_TIME, Days
from models.validation.point_lookup import select_point_names, select_points_by_code

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
        raise _build_error("datetime", format_days(days), "is an interval, but the map shows one day")
    if not first_day <= days.first <= last_day:
        raise _build_error(
            "datetime", format_days(days), f"lies outside the days of the map, {first_day} to {last_day}"
        )


async def _refuse_unknown_point(connection: AsyncConnection, code: str | None) -> None:
    if code is None or (can_be_code(code) and await connection.scalar(select_point_id(code))):
        return
    near = await _suggest_points(connection, code)
    hint = format_suggestions(near)
    raise _build_error("point", code, f"unknown point {code!r}{hint}")


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


router = APIRouter()
LANGUAGES = "en, fr, es, ar"
YEAR = dt.timedelta(days=365)


class MapParameters(ClocksParameters):
    """Parameters of the map, which its script reads too."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes.")
    poe_type: PoeTypes = Field((), description="Types of point.")
    status_group: StatusGroups = Field((), description="Groups of operational status.")
    assessed: BooleanParameter = Field(None, description="false: points that nobody assessed.")
    stale: BooleanParameter = Field(None, description="true: points whose last assessment is too old.")
    measure: Measures = Field((), description="Measures at the point.")
    affected_population: Populations = Field((), description="Populations that the measures affect.")
    changes: Literal["week", "month"] | None = Field(None, description="Show the changes in this period up to the day.")
    lifecycle: Literal["active", "active,candidate"] = Field("active", description="active,candidate: also candidates.")
    levels: Literal["on", "off"] = Field("on", description="off: countries are not shaded by their level.")
    at: Text | None = Field(None, description="Centre and zoom level of the map: longitude,latitude,zoom.")
    point: Text | None = Field(None, description="Code of the point whose card is open.")
    step: Literal["day", "week"] | None = Field(None, description="Step of the slider: day or week.")
    lang: Language | None = Field(None, description=f"Language of the page: {LANGUAGES}.")
    embed: Text | None = Field(None, description="1: the map only, to embed in another page.")


@router.api_route("/map", methods=["GET", "HEAD"])
@Operation("getMapPage", "The web map", gives=(HTML,))
async def get_map(
    request: Request,
    connection: ReadConnection,
    parameters: Annotated[MapParameters, Depends(build_query_parser(MapParameters))],
) -> Response:
    """Return the map, without the rest of the page where the address has `embed`, with or without a value."""
    days = await _fetch_map_days(connection, parameters.as_known_at)
    await check_map_parameters(connection, parameters, days.first, days.today)
    is_embedded = "embed" in request.query_params
    context = {
        "days": days,
        "is_embedded": is_embedded,
    }
    headers = {POLICY_HEADER: build_page_policy(framed_by=ANYBODY)} if is_embedded else None
    return render_page(request, "pages/map_page.html", context, headers=headers)


class MapDays(NamedTuple):
    """Days of the slider, day and box on which the map opens, and the last day with data.

    They are part of the page, because a request of their own would delay the first picture.
    """

    first: dt.date
    today: dt.date
    last_known: dt.date
    opened: PageDay
    box: list[float] | None


async def _fetch_map_days(connection: AsyncConnection, as_known_at: dt.datetime | None) -> MapDays:
    on = get_today()
    reports, levels = await read_spans(connection, PointFilter(Days(BEGINNING_OF_TIME, on), as_known_at))
    opened = choose_page_day(reports.last_day, levels.last_day, on)
    firsts = [span.first_day for span in (reports, levels) if span.first_day]
    lasts = [span.last_day for span in (reports, levels) if span.last_day]
    latest = PointFilter(Days(BEGINNING_OF_TIME, opened.day), as_known_at)
    box = await read_reported_box(connection, latest) if opened.has_reports else None
    return MapDays(min(firsts, default=on - YEAR), on, max(lasts, default=on), opened, box)
