"""Parameters of a tile: the filters and clocks of its collection's items."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from fastapi import Request
from pydantic import Field, create_model

from api.asked_features import AskedFeatures, asked_features
from api.bad_parameters import BadParameters
from api.collections import Collection, NamedCollection
from api.http.accept import choose
from api.parameters import FeaturesParameters
from api.queryables import parameters_of
from api.representation import GEOJSON, accept_of
from api.tiles.tile_query import TileForm

MVT = "application/vnd.mapbox-vector-tile"
MEDIA_TYPES: dict[TileForm, str] = {"mvt": MVT, "geojson": GEOJSON}
FORMS: tuple[TileForm, ...] = ("mvt", "geojson")
OFFERS = ((MVT,), (GEOJSON, "application/json"))
# Parameters of lists of features, which a tile does not take.
OF_LISTS = ("limit", "after", "sortby", "crs", "skipGeometry", "hxl", "bom")


@cache
def tile_parameters_of(collection: Collection) -> type[FeaturesParameters]:
    """Build the parameters of the collection's items, with the formats of tiles in place of the formats of items."""
    form: Any = (Literal["mvt", "geojson"] | None, Field(None, description="Form of the tile; mvt without it."))
    return create_model(f"Tiles of {collection.id}", __base__=parameters_of(collection), f=form)


def without_lists(parameters: Mapping[str, str]) -> dict[str, str]:
    """Remove the parameters that a tile does not take."""
    return {name: value for name, value in parameters.items() if name not in OF_LISTS}


async def asked_tile(request: Request, collection: NamedCollection) -> AskedFeatures:
    """Parse the request for a tile, as a dependency, or raise BadParameters."""
    refuse_of_lists(request)
    return asked_features(request, collection, tile_parameters_of(collection))


def refuse_of_lists(request: Request) -> None:
    """Check that the request has no parameters of lists, or raise BadParameters."""
    parameters = request.query_params
    unfit = [name for name in OF_LISTS if parameters.get(name)]
    if unfit:
        reason = "is nothing that a tile can be asked by"
        raise BadParameters([{"parameter": name, "value": parameters[name], "reason": reason} for name in unfit])


def form_of_tile(request: Request) -> TileForm:
    """Return the format that `f` names, or the best match for `Accept`; a vector tile if `Accept` matches no format."""
    name = request.query_params.get("f")
    if name:
        return "geojson" if name == "geojson" else "mvt"
    return FORMS[choose(accept_of(request), OFFERS)]
