"""Basemap tiles from our own data, so that no map sends a request to a third party."""

from collections.abc import Iterator
from functools import cache

from fastapi import APIRouter, Response
from sqlalchemy import Select

from api.connection import Reading
from api.not_found import NotFound
from geo.tile import NoSuchTile, layered
from geo.tile_form import as_mvt
from geo.tile_points import Tile, within_tile
from geo.tile_shapes import shapes, values_of
from models.basemap import (
    basemap_borders,
    basemap_countries,
    basemap_labels,
    basemap_lake_labels,
    basemap_lakes,
    basemap_lines,
    basemap_towns,
)

router = APIRouter()
MVT = "application/vnd.mapbox-vector-tile"
DEEPEST_ZOOM = 9
# From this zoom level on tiles have more than countries; farther out a country is enough.
NEAR_ZOOM = 4
MAX_AGE_S = 86_400
OF_COUNTRIES = ("iso3", "name")
OF_BORDERS = ("iso3", "other_iso3", "disputed")
OF_LABELS = ("iso3", "name", "name_en", "name_fr", "name_es", "name_ar", "rank")
OF_LINES = ("name", "rank")
OF_TOWNS = ("name", "name_fr", "name_es", "name_ar", "rank")
# Kind of the rows of each layer of lines.
LINES = {"region_borders": "region_border", "rivers": "river", "roads": "road", "railways": "railway"}


@router.api_route("/basemap/{z}/{x}/{y}.mvt", methods=["GET", "HEAD"])
async def read_basemap(z: int, x: int, y: int, connection: Reading) -> Response:
    if not 0 <= z <= DEEPEST_ZOOM:
        raise NotFound(f"the basemap has zoom levels 0 to {DEEPEST_ZOOM}, not {z}")
    try:
        tile = Tile(z, x, y)
    except NoSuchTile as error:
        raise NotFound(str(error)) from error
    content = await connection.scalar(_layers(is_near=z >= NEAR_ZOOM), tile.values | values_of(tile))
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}"}
    return Response(content, 200 if content else 204, headers, MVT)


@cache
def _layers(*, is_near: bool) -> Select[bytes]:
    """Select the layers of a tile: one cached statement for near and one for far tiles.

    Building the statement took as long as running it.
    """
    return layered((*_of_countries(), *(_of_places() if is_near else ())))


def _of_countries() -> Iterator[Select[bytes]]:
    countries, borders = (shapes(statement).subquery("tile") for statement in (basemap_countries(), basemap_borders()))
    labels = within_tile(basemap_labels()).subquery("tile")
    yield as_mvt(countries, OF_COUNTRIES, layer="countries", key=None)
    yield as_mvt(borders, OF_BORDERS, layer="borders", key=None)
    yield as_mvt(labels, OF_LABELS, layer="labels", key=None)


def _of_places() -> Iterator[Select[bytes]]:
    yield as_mvt(shapes(basemap_lakes()).subquery("tile"), OF_LINES, layer="lakes", key=None)
    for layer, kind in LINES.items():
        yield as_mvt(shapes(basemap_lines(kind)).subquery("tile"), OF_LINES, layer=layer, key=None)
    yield as_mvt(within_tile(basemap_lake_labels()).subquery("tile"), OF_LINES, layer="lake_labels", key=None)
    yield as_mvt(within_tile(basemap_towns()).subquery("tile"), OF_TOWNS, layer="towns", key=None)
