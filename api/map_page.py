"""Web map: one page with a script that uses the public addresses."""

import datetime as dt
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked_types import Iso3s, Measures, PoeTypes, Populations, StatusGroups, Text, Values, YesOrNo
from api.connection import Reading
from api.http.content_policy import ANYBODY, HEADER, page_policy
from api.map_checks import refuse_what_there_is_not
from api.messages.message import Language
from api.page_day import PageDay, day_to_open, read_box, read_spans
from api.parameters import Clocks, parsed
from api.representation import html_page
from api.time_parameters import today
from models.question import Question
from models.time_axes import SINCE_EVER, Days

router = APIRouter()
LANGUAGES = "en, fr, es, ar"
A_YEAR = dt.timedelta(days=365)


class MapParameters(Clocks):
    """Parameters of the map, which its script reads too."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions.")
    poe_type: PoeTypes = Field((), description="Types of point.")
    status_group: StatusGroups = Field((), description="Groups of operational status.")
    assessed: YesOrNo = Field(None, description="false: points that nobody assessed.")
    stale: YesOrNo = Field(None, description="true: points whose last assessment is old.")
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
async def read_map(
    request: Request,
    connection: Reading,
    parameters: Annotated[MapParameters, Depends(parsed(MapParameters))],
) -> Response:
    """Return the map, without the rest of the page where the address has `embed`, with or without a value."""
    days = await _map_days(connection, parameters.as_known_at)
    await refuse_what_there_is_not(connection, parameters, days.first, days.today)
    is_embedded = "embed" in request.query_params
    context = {
        "days": days,
        "is_embedded": is_embedded,
    }
    headers = {HEADER: page_policy(framed_by=ANYBODY)} if is_embedded else None
    return html_page(request, "map_page.html", context, headers=headers)


class MapDays(NamedTuple):
    """Days of the slider, day and box on which the map opens, and the last day with data.

    They are part of the page, because a request of their own would delay the first picture.
    """

    first: dt.date
    today: dt.date
    last_known: dt.date
    opened: PageDay
    box: list[float] | None


async def _map_days(connection: AsyncConnection, as_known_at: dt.datetime | None) -> MapDays:
    on = today()
    reports, levels = await read_spans(connection, Question(Days(SINCE_EVER, on), as_known_at))
    opened = day_to_open(reports.last_day, levels.last_day, on)
    firsts = [span.first_day for span in (reports, levels) if span.first_day]
    lasts = [span.last_day for span in (reports, levels) if span.last_day]
    latest = Question(Days(SINCE_EVER, opened.day), as_known_at)
    box = await read_box(connection, latest) if opened.has_reports else None
    return MapDays(min(firsts, default=on - A_YEAR), on, max(lasts, default=on), opened, box)
