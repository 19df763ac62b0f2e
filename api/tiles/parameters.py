"""Parameters of a tile: the filters and clocks of its collection's items."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from fastapi import Request
from pydantic import Field, create_model

from api.collections.parameters import FeaturesParameters
from api.collections.property_filters import build_items_parameters
from api.collections.query import FeaturesRequest, parse_features_request
from api.collections.registry import Collection, RequiredCollection
from api.parameters.errors import BadParameters
from api.parameters.shared import ClocksParameters
from api.responses.accept import choose_offer
from api.responses.representation import get_accept_header, get_format_name
from api.tiles.formats import FORMAT_ORDER, OFFERS, TILE_FORMATS, TileFormat, TileFormatName

# Prefix of the operationIds that OGC API - Tiles Part 1 requires (requirement /req/oas30/operation-id).
TILES_PREFIX = "collection.vector"
FILTERS_NOTE = "accepts all filters of the items"
# Parameters of lists of features, which a tile does not take.
LIST_PARAMETERS = ("limit", "after", "sortby", "crs", "skipGeometry", "hxl", "bom")


class TileParameters(ClocksParameters):
    """Parameters that all tiles have, beside the filters of the items."""

    f: TileFormatName | None = Field(None, description="Format of the tile.")  # type: ignore[assignment]


@cache
def build_tile_parameters(collection: Collection) -> type[FeaturesParameters]:
    """Build the parameters of the collection's items, with the formats of tiles in place of the formats of items."""
    format_: Any = (TileFormatName | None, Field(None, description="Format of the tile; default: mvt."))
    return create_model(f"Tiles of {collection.id}", __base__=build_items_parameters(collection), f=format_)


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
    name = get_format_name(request)
    return TILE_FORMATS[name] if name else FORMAT_ORDER[choose_offer(get_accept_header(request), OFFERS)]
