"""Parameters of a tile: the filters and clocks of its collection's items."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from fastapi import Request
from pydantic import Field, create_model

from api.collections.property_filters import build_items_parameters
from api.collections.query import FeaturesRequest, parse_features_request
from api.collections.registry import Collection, RequiredCollection
from api.parameters.errors import BadParameters
from api.parameters.shared import FeaturesParameters
from api.responses.accept import choose_offer
from api.responses.representation import GEOJSON, get_accept_header
from api.tiles.query import TileFormat

MVT = "application/vnd.mapbox-vector-tile"
MEDIA_TYPES: dict[TileFormat, str] = {"mvt": MVT, "geojson": GEOJSON}
TILE_FORMATS: tuple[TileFormat, ...] = ("mvt", "geojson")
OFFERS = ((MVT,), (GEOJSON, "application/json"))
# Parameters of lists of features, which a tile does not take.
LIST_PARAMETERS = ("limit", "after", "sortby", "crs", "skipGeometry", "hxl", "bom")


@cache
def build_tile_parameters(collection: Collection) -> type[FeaturesParameters]:
    """Build the parameters of the collection's items, with the formats of tiles in place of the formats of items."""
    form: Any = (Literal["mvt", "geojson"] | None, Field(None, description="Format of the tile; default: mvt."))
    return create_model(f"Tiles of {collection.id}", __base__=build_items_parameters(collection), f=form)


def remove_list_parameters(parameters: Mapping[str, str]) -> dict[str, str]:
    """Remove the parameters that a tile does not take."""
    return {name: value for name, value in parameters.items() if name not in LIST_PARAMETERS}


async def parse_tile_request(request: Request, collection: RequiredCollection) -> FeaturesRequest:
    """Parse the request for a tile, as a dependency, or raise BadParameters."""
    refuse_list_parameters(request)
    return parse_features_request(request, collection, build_tile_parameters(collection))


def refuse_list_parameters(request: Request) -> None:
    """Check that the request has no parameters of lists, or raise BadParameters."""
    parameters = request.query_params
    unfit = [name for name in LIST_PARAMETERS if parameters.get(name)]
    if unfit:
        reason = "is not a parameter of tiles"
        raise BadParameters([{"parameter": name, "value": parameters[name], "reason": reason} for name in unfit])


def negotiate_tile_format(request: Request) -> TileFormat:
    """Return the format that `f` names, or the best match for `Accept`; a vector tile if `Accept` matches no format."""
    name = request.query_params.get("f")
    if name:
        return "geojson" if name == "geojson" else "mvt"
    return TILE_FORMATS[choose_offer(get_accept_header(request), OFFERS)]
