"""Basemap tiles from our own data, so that no map sends a request to a third party."""

from collections.abc import Iterator
from functools import cache

from fastapi import APIRouter, Response
from sqlalchemy import Select

from api.auth.session import ReadConnection
from api.exceptions import NotFound
from api.parameters.operation import Operation
from geo.tile_encoding import select_mvt_layer
from geo.tile_matrix import NoSuchTile, combine_layers
from geo.tile_points import Tile, select_tile_points
from geo.tile_shapes import build_shape_values, select_shapes
from models.queries.basemap import (
    select_basemap_borders,
    select_basemap_countries,
    select_basemap_labels,
    select_basemap_lake_labels,
    select_basemap_lakes,
    select_basemap_lines,
    select_basemap_towns,
)

router = APIRouter()
MVT = "application/vnd.mapbox-vector-tile"
MAX_BASEMAP_ZOOM = 9
# From this zoom level on tiles have more than countries; farther out a country is enough.
MIN_PLACES_ZOOM = 4
MAX_AGE_S = 86_400
COUNTRY_COLUMNS = ("iso3", "name")
BORDER_COLUMNS = ("iso3", "other_iso3", "disputed")
LABEL_COLUMNS = ("iso3", "name", "name_en", "name_fr", "name_es", "name_ar", "rank")
LINE_COLUMNS = ("name", "rank")
TOWN_COLUMNS = ("name", "name_fr", "name_es", "name_ar", "rank")
# Kind of the rows of each layer of lines.
LINE_LAYERS = {"region_borders": "region_border", "rivers": "river", "roads": "road", "railways": "railway"}


@router.api_route("/basemap/{z}/{x}/{y}.mvt", methods=["GET", "HEAD"])
@Operation(
    "getBasemapTile",
    "Countries, towns, waters, roads and railways as vector tiles",
    gives=(MVT,),
    statuses=(200, 204),
)
async def get_basemap_tile(z: int, x: int, y: int, connection: ReadConnection) -> Response:
    if not 0 <= z <= MAX_BASEMAP_ZOOM:
        raise NotFound(f"the basemap has zoom levels 0 to {MAX_BASEMAP_ZOOM}, not {z}")
    try:
        tile = Tile(z, x, y)
    except NoSuchTile as error:
        raise NotFound(str(error)) from error
    content = await connection.scalar(
        _select_layers(is_near=z >= MIN_PLACES_ZOOM), tile.values | build_shape_values(tile)
    )
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}"}
    return Response(content, 200 if content else 204, headers, MVT)


@cache
def _select_layers(*, is_near: bool) -> Select[bytes]:
    """Select the layers of a tile: one cached statement for near and one for far tiles.

    Building the statement took as long as running it.
    """
    return combine_layers((*_select_country_layers(), *(_select_place_layers() if is_near else ())))


def _select_country_layers() -> Iterator[Select[bytes]]:
    countries, borders = (
        select_shapes(statement).subquery("tile")
        for statement in (select_basemap_countries(), select_basemap_borders())
    )
    labels = select_tile_points(select_basemap_labels()).subquery("tile")
    yield select_mvt_layer(countries, COUNTRY_COLUMNS, layer="countries", key=None)
    yield select_mvt_layer(borders, BORDER_COLUMNS, layer="borders", key=None)
    yield select_mvt_layer(labels, LABEL_COLUMNS, layer="labels", key=None)


def _select_place_layers() -> Iterator[Select[bytes]]:
    yield select_mvt_layer(
        select_shapes(select_basemap_lakes()).subquery("tile"), LINE_COLUMNS, layer="lakes", key=None
    )
    for layer, kind in LINE_LAYERS.items():
        yield select_mvt_layer(
            select_shapes(select_basemap_lines(kind)).subquery("tile"), LINE_COLUMNS, layer=layer, key=None
        )
    yield select_mvt_layer(
        select_tile_points(select_basemap_lake_labels()).subquery("tile"), LINE_COLUMNS, layer="lake_labels", key=None
    )
    yield select_mvt_layer(
        select_tile_points(select_basemap_towns()).subquery("tile"), TOWN_COLUMNS, layer="towns", key=None
    )
