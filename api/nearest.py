"""Nearest passable points from a place on a day."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field

from api.asked_types import Limit, PoeTypes, Values
from api.collections import NOTICE
from api.example_notice import example_notes
from api.knowledge import knowledge_at
from api.number_parameters import Decimal
from api.page_day import on_page_day
from api.parameter_hints import OneOf
from api.parameters import parsed
from api.passing_points import post
from api.places import refuse_unknown_countries
from api.prepared import execute
from api.representation import GEOJSON, address, answer, query_of, self_links, wants_html
from api.server.limited_reading import LimitedReading
from api.time_parameters import days_text, moment_text, today
from api.traveller_parameters import TravellerParameters
from geo.one_place import unified_place
from models.codes import codes
from models.nearest import Found, Near, nearest
from models.passable import CONDITIONAL, YES
from models.question import Question
from models.time_axes import Days

router = APIRouter()
LARGEST_LIMIT = 100
# Once round the equator, more than the distance between any two places.
FARTHEST_M = 40_100_000
NOTES = (
    (
        "Points in the order of their distance along the ellipsoid (WGS 84), in metres, be there a border, a mountain "
        "or a sea between; not along roads."
    ),
    (
        "Where the last assessment is `max_age` days old or older, `passable` is `not_known_lately`, and the answer of "
        "then stands beside it as `last_known`. Such points come only if `passable` asks for them."
    ),
    "`direction` is seen from the country of the point: `entry` into it, `exit` out of it.",
    (
        "`passable` and its conditions are worked out from the point's own status and measures; "
        "`international_travel` is the level that its country imposes on all, and no part of them."
    ),
)


def _passable(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in codes("passable"):
            raise ValueError(f"{value!r} is none of {', '.join(codes('passable'))}")
    return values


class NearestParameters(TravellerParameters):
    """Place, distance, points and traveller."""

    lon: Annotated[Decimal, Field(ge=-180, le=180)] = Field(
        examples=[20.46], description="Longitude of the place, in degrees."
    )
    lat: Annotated[Decimal, Field(ge=-90, le=90)] = Field(
        examples=[44.81], description="Latitude of the place, in degrees."
    )
    direction: Literal["entry", "exit"] = Field("entry", description="Into the country of the point, or out of it.")
    passable: Annotated[Values, AfterValidator(_passable), OneOf(codes("passable"))] = Field(
        (YES, CONDITIONAL), description="Answers that are wanted, codes of `passable`; yes and conditional by default."
    )
    poe_type: PoeTypes = Field((), description="Types of point; points of entry only, if none is named.")
    limit: Limit = Field(10, description=f"Points in the answer, at most {LARGEST_LIMIT}.")
    within_m: Annotated[Decimal, Field(gt=0, le=FARTHEST_M)] | None = Field(
        None, description="How far they may lie, in metres; anywhere on earth, if not given."
    )

    def build_near(self) -> Near:
        """Build the query for the models."""
        longitude, latitude = unified_place(self.lon, self.lat)
        return Near(
            longitude=longitude,
            latitude=latitude,
            limit=min(self.limit, LARGEST_LIMIT),
            within_m=self.within_m,
            direction=self.direction,
            passable=self.passable,
            max_age_d=self.resolve_max_age_d(),
            traveller=self.build_traveller(),
        )


@router.api_route("/nearest", methods=["GET", "HEAD"])
async def read_nearest(
    request: Request,
    connection: LimitedReading,
    parameters: Annotated[NearestParameters, Depends(parsed(NearestParameters))],
) -> Response:
    """Return the nearest points, the nearest first."""
    await refuse_unknown_countries(connection, {"nationality": parameters.nationality})
    parameters, shown = await on_page_day(request, connection, parameters)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    types = list(parameters.poe_type) or None
    days = parameters.datetime or Days.on(today())
    question = Question(days, knowledge.as_known_at, poe_types=types, is_poe=None if types else True)
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    near = parameters.build_near()
    rows, left_out = await nearest(partial(execute, connection), question, near)
    features = [_feature(row._asdict(), request, clocks) for row in rows]
    nothing = [] if features else ["There is no such point as near as that, on that day."]
    document = {
        "type": "FeatureCollection",
        "title": "Nearest points",
        **parameters.model_dump(include={"lon", "lat", "population", "nationality", "direction", "passable"}),
        "within_m": parameters.within_m,
        "max_age": parameters.age_d(),
        **clocks,
        "numberReturned": len(features),
        "features": features,
        "notes": [*await example_notes(request), *nothing, *_of_old(left_out, near), *NOTES, NOTICE],
        "links": self_links(request, json_type=GEOJSON, **clocks),
    }
    if wants_html(request):
        return answer(request, "nearest.html", document, query=query_of(request), shown=shown)
    return JSONResponse(document, media_type=GEOJSON, headers={"Vary": "Accept"})


def _of_old(left_out: list[Found], near: Near) -> list[str]:
    """Return the note about points left out because nobody assessed them lately; empty without any."""
    if not left_out:
        return []
    number = f"{len(left_out)} or more" if len(left_out) == near.limit else f"{len(left_out)}"
    last_known = f"what was last known of them, {near.max_age_d} days before or earlier"
    return [f"Left out: {number} that would be here by {last_known}. `passable=not_known_lately` lists such points."]


def _feature(row: dict[str, Any], request: Request, clocks: dict[str, str]) -> dict[str, Any]:
    feature: dict[str, Any] = jsonable_encoder({
        "type": "Feature",
        "id": row["code"],
        "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
        "properties": {
            "distance_m": round(row["distance_m"]),
            **post(row),
            "international_travel": row["international_travel"],
            "href": address(request, f"/collections/points-of-entry/items/{row['code']}", **clocks),
        },
    })  # fmt: skip
    return feature
