"""TileJSON of a collection, and the address of its tiles for web maps."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.auth.session import ReadConnection
from api.collections.query import FeaturesRequest
from api.collections.registry import NOTICE, Collection, RequiredCollection
from api.database.as_of import resolve_as_of
from api.parameters.operation import JSON, Operation
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import ClocksParameters
from api.responses.attribution import ATTRIBUTION
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import build_url, get_query_values
from api.tiles.fields import MAX_ZOOM, describe_vector_fields
from api.tiles.parameters import FILTERS_NOTE, parse_tile_request
from api.values.datetimes import format_days, format_moment, get_today
from geo.tile_matrix import MERCATOR_LATITUDE

router = APIRouter()


class TileJsonParameters(ClocksParameters):
    """Parameters that all TileJSON documents have, beside the filters of the items."""

    f: Literal["mvt", "geojson"] | None = Field(None, description="Format of the tiles.")  # type: ignore[assignment]


@router.api_route("/collections/{collection_id}/tilejson", methods=["GET", "HEAD"])
@Operation(
    "getTileJson", f"TileJSON 3.0; {FILTERS_NOTE}", parameters=TileJsonParameters, answer="TileJson", gives=(JSON,)
)
async def get_tilejson(
    request: Request,
    collection: RequiredCollection,
    connection: ReadConnection,
    tile_request: Annotated[FeaturesRequest, Depends(parse_tile_request)],
) -> Response:
    """Return TileJSON 3.0 of the tiles of this request: the address of the tiles has its filters and both clocks."""
    parameters, query = tile_request
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    clocks = {"datetime": format_days(query.question.days), "as_known_at": format_moment(knowledge.moment)}
    extent = (await connection.execute(collection.extent(get_today()))).one()
    example = await fetch_example_notes(request)
    return JSONResponse(
        {
            "tilejson": "3.0.0",
            "name": collection.title,
            "description": " ".join([*example, collection.description]),
            "attribution": " ".join([*example, ATTRIBUTION, NOTICE]),
            "scheme": "xyz",
            "tiles": [build_tile_template(request, collection, parameters.f or "mvt", **clocks)],
            "minzoom": 0,
            "maxzoom": MAX_ZOOM,
            "bounds": _clip_bounds(extent.box),
            "vector_layers": [{"id": collection.id, "fields": describe_vector_fields(collection)}],
        }
    )


def build_tile_template(request: Request, collection: Collection, ending: str, **changed: str | None) -> str:
    """Build the address of the tiles of this request, with braces for their numbers."""
    path = f"/collections/{collection.id}/tiles"
    query = get_query_values(request) | {"f": None} | changed
    of_one = build_url(request, f"{path}/z/x/y.{ending}", **query)
    return of_one.replace(f"{path}/z/x/y.", f"{path}/{{z}}/{{x}}/{{y}}.", 1)


def _clip_bounds(box: list[float] | None) -> list[float]:
    west, south, east, north = box or (-180.0, -90.0, 180.0, 90.0)
    return [west, max(south, -MERCATOR_LATITUDE), east, min(north, MERCATOR_LATITUDE)]
