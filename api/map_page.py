"""Web map: one page with a script that uses the public addresses."""

import datetime as dt
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked_types import BooleanParameter, Iso3s, Measures, PoeTypes, Populations, StatusGroups, Text, Values
from api.connection import ReadConnection
from api.http.content_policy import ANYBODY, POLICY_HEADER, build_page_policy
from api.map_checks import check_map_parameters
from api.messages.message import Language
from api.page_day import PageDay, choose_page_day, read_reported_box, read_spans
from api.parameters import ClocksParameters, build_query_parser
from api.representation import render_page
from api.time_parameters import get_today
from models.question import FeatureFilter
from models.time_axes import BEGINNING_OF_TIME, Days

router = APIRouter()
LANGUAGES = "en, fr, es, ar"
YEAR = dt.timedelta(days=365)


class MapParameters(ClocksParameters):
    """Parameters of the map, which its script reads too."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions.")
    poe_type: PoeTypes = Field((), description="Types of point.")
    status_group: StatusGroups = Field((), description="Groups of operational status.")
    assessed: BooleanParameter = Field(None, description="false: points that nobody assessed.")
    stale: BooleanParameter = Field(None, description="true: points whose last assessment is old.")
    measure: Measures = Field((), description="Measures that hold there.")
    affected_population: Populations = Field((), description="Populations that they touch.")
    changes: Literal["week", "month"] | None = Field(None, description="Show what changed in this time up to the day.")
    lifecycle: Literal["active", "active,candidate"] = Field("active", description="active,candidate: also candidates.")
    levels: Literal["on", "off"] = Field("on", description="off: countries are not shaded by their level.")
    at: Text | None = Field(None, description="Middle and zoom level of the map: longitude,latitude,zoom.")
    point: Text | None = Field(None, description="Code of the point whose card is open.")
    step: Literal["day", "week"] | None = Field(None, description="day or week: what the slider steps by.")
    lang: Language | None = Field(None, description=f"Language of the page: {LANGUAGES}.")
    embed: Text | None = Field(None, description="1: the map alone, to stand in another page.")


@router.api_route("/map", methods=["GET", "HEAD"])
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
    return render_page(request, "map_page.html", context, headers=headers)


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
    reports, levels = await read_spans(connection, FeatureFilter(Days(BEGINNING_OF_TIME, on), as_known_at))
    opened = choose_page_day(reports.last_day, levels.last_day, on)
    firsts = [span.first_day for span in (reports, levels) if span.first_day]
    lasts = [span.last_day for span in (reports, levels) if span.last_day]
    latest = FeatureFilter(Days(BEGINNING_OF_TIME, opened.day), as_known_at)
    box = await read_reported_box(connection, latest) if opened.has_reports else None
    return MapDays(min(firsts, default=on - YEAR), on, max(lasts, default=on), opened, box)
