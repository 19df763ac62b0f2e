"""The background of our maps, from our own data: no map asks a third party for anything."""

from functools import cache

from fastapi import APIRouter, Response
from sqlalchemy import Select

from api.connection import Reading
from api.not_found import NotFound
from geo.tile import NoSuchTile, layered
from geo.tile_form import as_mvt
from geo.tile_points import Tile, within_tile
from geo.tile_shapes import shapes, values_of
from models.basemap import basemap_borders, basemap_countries, basemap_labels

router = APIRouter()
MVT = "application/vnd.mapbox-vector-tile"
DEEPEST_ZOOM = 8
MAX_AGE_S = 86_400
OF_COUNTRIES = ("iso3", "name")
OF_BORDERS = ("iso3", "other_iso3", "disputed")
OF_LABELS = ("iso3", "name", "name_en", "name_fr", "name_es", "name_ar", "rank")


@router.api_route("/basemap/{z}/{x}/{y}.mvt", methods=["GET", "HEAD"])
async def read_basemap(z: int, x: int, y: int, connection: Reading) -> Response:
    if not 0 <= z <= DEEPEST_ZOOM:
        raise NotFound(f"the basemap has zoom levels 0 to {DEEPEST_ZOOM}, not {z}")
    try:
        tile = Tile(z, x, y)
    except NoSuchTile as error:
        raise NotFound(str(error)) from error
    content = await connection.scalar(_all_layers(), tile.values | values_of(tile))
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}"}
    return Response(content, 200 if content else 204, headers, MVT)


@cache
def _all_layers() -> Select[bytes]:
    """One statement serves all tiles: to build it took as long as to run it."""
    countries, borders = (shapes(found).subquery("tile") for found in (basemap_countries(), basemap_borders()))
    labels = within_tile(basemap_labels()).subquery("tile")
    return layered(
        (
            as_mvt(countries, OF_COUNTRIES, layer="countries", key=None),
            as_mvt(borders, OF_BORDERS, layer="borders", key=None),
            as_mvt(labels, OF_LABELS, layer="labels", key=None),
        )
    )
