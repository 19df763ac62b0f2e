"""Nearest passable points from a place on a day."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field

from api.analysis.passability import build_post
from api.analysis.traveller_parameters import TravellerParameters
from api.collections.registry import NOTICE
from api.database.as_of import resolve_as_of
from api.database.prepared_statements import execute
from api.database.read_connections import LimitedConnection
from api.parameters.hints import AllowedValues
from api.parameters.operation import HTML, Operation
from api.parameters.page_day import apply_page_day
from api.parameters.places import refuse_unknown_countries
from api.parameters.shared import build_query_parser
from api.parameters.types import DecimalNumber, Limit, PoeTypes, Values
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import (
    GEOJSON,
    build_self_links,
    build_url,
    get_query_values,
    is_html_requested,
    render_document,
)
from api.values.datetimes import format_days, format_moment, get_today
from geo.one_place import normalise_position
from models.analysis.nearest import NearestRequest, NearestRow, find_nearest_points
from models.analysis.passability import CONDITIONAL, YES
from models.codes import list_codes
from models.queries.filters import PointFilter
from models.tables.bitemporal import Days

router = APIRouter()
MAX_POINTS = 100
# Once round the equator, more than the distance between any two places.
MAX_DISTANCE_M = 40_100_000
NOTES = (
    (
        "Points in order of their distance in metres along the ellipsoid (WGS 84), across borders, mountains and "
        "seas; not along roads."
    ),
    (
        "If the last assessment is `max_age` days old or older, `passable` is `not_known_lately`, and `last_known` "
        "has its last value. Such points are included only if the parameter `passable` has `not_known_lately`."
    ),
    "`direction` is relative to the country of the point: `entry` into it, `exit` out of it.",
    (
        "`passable` and its conditions are computed from the point's own status and measures; `international_travel` "
        "is the level that its country imposes on everyone, and is not included in them."
    ),
)


def _check_passable_codes(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in list_codes("passable"):
            raise ValueError(f"unknown value {value!r}; expected one of {', '.join(list_codes('passable'))}")
    return values


class NearestParameters(TravellerParameters):
    """Place, distance, points and traveller."""

    lon: Annotated[DecimalNumber, Field(ge=-180, le=180)] = Field(
        examples=[20.46], description="Longitude of the place in degrees."
    )
    lat: Annotated[DecimalNumber, Field(ge=-90, le=90)] = Field(
        examples=[44.81], description="Latitude of the place in degrees."
    )
    direction: Literal["entry", "exit"] = Field("entry", description="Into the country of the point, or out of it.")
    passable: Annotated[Values, AfterValidator(_check_passable_codes), AllowedValues(list_codes("passable"))] = Field(
        (YES, CONDITIONAL), description="Codes of `passable` to include; default: yes and conditional."
    )
    poe_type: PoeTypes = Field((), description="Types of point; default: points of entry only.")
    limit: Limit = Field(10, description=f"Points in the response, at most {MAX_POINTS}.")
    within_m: Annotated[DecimalNumber, Field(gt=0, le=MAX_DISTANCE_M)] | None = Field(
        None, description="Maximum distance in metres; default: no limit."
    )

    def build_near(self) -> NearestRequest:
        """Build the query for the models."""
        longitude, latitude = normalise_position(self.lon, self.lat)
        return NearestRequest(
            longitude=longitude,
            latitude=latitude,
            limit=min(self.limit, MAX_POINTS),
            within_m=self.within_m,
            direction=self.direction,
            passable=self.passable,
            max_age_d=self.resolve_max_age_d(),
            traveller=self.build_traveller(),
        )


@router.api_route("/nearest", methods=["GET", "HEAD"])
@Operation(
    "getNearestPoints",
    "The nearest passable points",
    answer="NearestPoints",
    gives=(GEOJSON, HTML),
)
async def get_nearest(
    request: Request,
    connection: LimitedConnection,
    parameters: Annotated[NearestParameters, Depends(build_query_parser(NearestParameters))],
) -> Response:
    """Return the nearest points, the nearest first."""
    await refuse_unknown_countries(connection, {"nationality": parameters.nationality})
    parameters, shown = await apply_page_day(request, connection, parameters)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    types = list(parameters.poe_type) or None
    days = parameters.datetime or Days.on(get_today())
    question = PointFilter(days, knowledge.as_known_at, poe_types=types, is_poe=None if types else True)
    clocks = {"datetime": format_days(question.days), "as_known_at": format_moment(knowledge.moment)}
    near = parameters.build_near()
    rows, left_out = await find_nearest_points(partial(execute, connection), question, near)
    features = [_build_feature(row._asdict(), request, clocks) for row in rows]
    nothing = [] if features else ["No point matches within this distance on that day."]
    document = {
        "type": "FeatureCollection",
        "title": "Nearest points",
        **parameters.model_dump(include={"lon", "lat", "population", "nationality", "direction", "passable"}),
        "within_m": parameters.within_m,
        "max_age": parameters.resolve_age_d(),
        **clocks,
        "numberReturned": len(features),
        "features": features,
        "notes": [*await fetch_example_notes(request), *nothing, *_describe_left_out(left_out, near), *NOTES, NOTICE],
        "links": build_self_links(request, json_type=GEOJSON, **clocks),
    }
    if is_html_requested(request):
        return render_document(request, "analysis/nearest.html", document, query=get_query_values(request), shown=shown)
    return JSONResponse(document, media_type=GEOJSON, headers={"Vary": "Accept"})


def _describe_left_out(left_out: list[NearestRow], near: NearestRequest) -> list[str]:
    """Return the note about points left out because nobody assessed them lately; empty without any."""
    if not left_out:
        return []
    number = f"{len(left_out)} or more" if len(left_out) == near.limit else f"{len(left_out)}"
    last_known = f"their last assessment, {near.max_age_d} days before or earlier"
    return [f"Not included: {number} that would match by {last_known}. `passable=not_known_lately` lists such points."]


def _build_feature(row: dict[str, Any], request: Request, clocks: dict[str, str]) -> dict[str, Any]:
    feature: dict[str, Any] = jsonable_encoder({
        "type": "Feature",
        "id": row["code"],
        "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
        "properties": {
            "distance_m": round(row["distance_m"]),
            **build_post(row),
            "international_travel": row["international_travel"],
            "href": build_url(request, f"/collections/points-of-entry/items/{row['code']}", **clocks),
        },
    })  # fmt: skip
    return feature
