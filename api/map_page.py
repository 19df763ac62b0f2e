"""The web map: one page, whose script asks the same addresses as everybody else."""

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.asked_types import Iso3s, Measures, PoeTypes, Populations, StatusGroups, Text, Values
from api.connection import Reading
from api.http.content_policy import ANYBODY, HEADER, page_policy
from api.parameters import Clocks, parsed
from api.representation import html_page
from api.time_parameters import today
from models.extent import country_extent

router = APIRouter()
LANGUAGES = "en, fr, es, ar"


class MapParameters(Clocks):
    """What the map shows, as its address says it; its script reads the same."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions.")
    poe_type: PoeTypes = Field((), description="Types of point.")
    status_group: StatusGroups = Field((), description="Groups of operational status.")
    measure: Measures = Field((), description="Measures that hold there.")
    affected_population: Populations = Field((), description="Populations that they touch.")
    changes: Literal["week", "month"] | None = Field(None, description="Show what changed in this time up to the day.")
    at: Text | None = Field(None, description="Middle and zoom level of the map: longitude,latitude,zoom.")
    point: Text | None = Field(None, description="Code of the point whose card is open.")
    step: Text | None = Field(None, description="day or week: what the slider steps by.")
    lang: Text | None = Field(None, description=f"Language of the page: {LANGUAGES}.")
    embed: Text | None = Field(None, description="1: the map alone, to stand in another page.")


@router.api_route("/map", methods=["GET", "HEAD"])
async def read_map(
    request: Request,
    connection: Reading,
    parameters: Annotated[MapParameters, Depends(parsed(MapParameters))],
) -> Response:
    """The map, alone where the address has `embed`, with or without a value."""
    first_day: dt.date | None = (await connection.execute(country_extent(today()))).one().first_day
    is_embedded = "embed" in request.query_params
    context = {
        "first_day": first_day or today() - dt.timedelta(days=365),
        "last_day": today(),
        "is_embedded": is_embedded,
        "as_known_at": parameters.as_known_at,
    }
    headers = {HEADER: page_policy(framed_by=ANYBODY)} if is_embedded else None
    return html_page(request, "map_page.html", context, headers=headers)
