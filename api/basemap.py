"""The background of our maps, from our own data: no map asks a third party for anything."""

from fastapi import APIRouter, Response

from api.connection import Reading
from api.not_found import NotFound
from geo.tile import NoSuchTile, degrees_per_unit, tile_box, vector_tile
from models.basemap import basemap

router = APIRouter()
MVT = "application/vnd.mapbox-vector-tile"
DEEPEST_ZOOM = 8
MAX_AGE_S = 86_400
# Of the 4,096 units across a tile; on a screen it has 512 pixels.
TOLERANCE_UNITS = 4


@router.api_route("/basemap/{z}/{x}/{y}.mvt", methods=["GET", "HEAD"])
async def read_basemap(z: int, x: int, y: int, connection: Reading) -> Response:
    if not 0 <= z <= DEEPEST_ZOOM:
        raise NotFound(f"the basemap has zoom levels 0 to {DEEPEST_ZOOM}, not {z}")
    try:
        shapes = basemap(tile_box(z, x, y), TOLERANCE_UNITS * degrees_per_unit(z))
    except NoSuchTile as error:
        raise NotFound(str(error)) from error
    tile = await connection.scalar(vector_tile(shapes, z, x, y, layer="countries"))
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}"}
    return Response(tile, 200 if tile else 204, headers, MVT)
