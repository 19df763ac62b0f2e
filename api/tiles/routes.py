"""Addresses of tiles: the paths of OGC, and the paths that web maps use."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import DBAPIError

from api.collections.database_errors import refuse_database_error
from api.collections.query import FeatureQuery, FeaturesRequest
from api.collections.registry import require_collection
from api.database.prepared_statements import Row
from api.database.read_routing import DatabaseReader, get_reader
from api.exceptions import NotFound
from api.parameters.operation import Operation
from api.parameters.places import refuse_unknown_codes
from api.settings import get_settings
from api.tiles.fields import MAX_ZOOM
from api.tiles.formats import EXTENSIONS, FORMAT_ORDER, TileFormat
from api.tiles.parameters import (
    FILTERS_NOTE,
    TILES_PREFIX,
    TileParameters,
    negotiate_tile_format,
    parse_tile_request,
)
from api.tiles.query import build_tile_query
from api.values.numbers import parse_whole
from geo.tile_matrix import NoSuchTile
from geo.tile_points import Tile

TILE: dict[str, Any] = {
    "summary": f"A tile; {FILTERS_NOTE}",
    "parameters": TileParameters,
    "answer": "TileFeatures",
    "gives": tuple(each.media_type for each in FORMAT_ORDER),
    "statuses": (200, 204),
}
router = APIRouter()


@router.route("/collections/{collection_id}/tiles/WebMercatorQuad/{z}/{y}/{x}")
@Operation(f"{TILES_PREFIX}.getTile", **TILE)
async def get_tile(request: Request) -> Response:
    """Return a tile of a collection by zoom level, row and column, in the format of `f` or `Accept`."""
    collection = await require_collection(request.path_params["collection_id"])
    tile_request = await parse_tile_request(request, collection)
    return await _build_response(
        await get_reader(request), tile_request, _parse_tile(request), negotiate_tile_format(request)
    )


@router.route("/collections/{collection_id}/tiles/{z}/{x}/{y}.{ending}")
@Operation("getTileByEnding", **TILE)
async def get_tile_by_extension(request: Request) -> Response:
    """Return a tile by zoom level, column and row, the path of web maps, in the format of the extension."""
    collection, ending = await require_collection(request.path_params["collection_id"]), request.path_params["ending"]
    tile_request = await parse_tile_request(request, collection)
    if ending not in EXTENSIONS:
        raise NotFound(f"unsupported extension .{ending}; supported: {', '.join(EXTENSIONS)}")
    return await _build_response(await get_reader(request), tile_request, _parse_tile(request), EXTENSIONS[ending])


def _parse_tile(request: Request) -> Tile:
    numbers = request.path_params
    z, x, y = _parse_number(numbers["z"]), _parse_number(numbers["x"]), _parse_number(numbers["y"])
    if not 0 <= z <= MAX_ZOOM:
        raise NotFound(f"tiles have zoom levels 0 to {MAX_ZOOM}, not {z}")
    try:
        return Tile(z, x, y)
    except NoSuchTile as error:
        raise NotFound(str(error)) from None


def _parse_number(text: str) -> int:
    """Parse a number, or raise NotFound if it is not a number or longer than any number of a tile."""
    try:
        # Only one spelling of a number is valid: programs write addresses, and caches use them as keys.
        if text.isascii():
            return parse_whole(text)
    except ValueError:
        pass
    raise NotFound(f"a tile number is a whole number, not {text!r}")


async def _build_response(
    answers: DatabaseReader, tile_request: FeaturesRequest, tile: Tile, format_: TileFormat
) -> Response:
    try:
        row = await _fetch_row(answers, tile_request.query, tile, format_)
    except DBAPIError as error:
        refuse_database_error(error, tile_request.parameters)
        raise
    refuse_unknown_codes(row["unknown_countries"], row["unknown_regions"])
    content = row["content"]
    headers = {"Vary": "Accept"}
    if not content:
        return Response(status_code=204, headers=headers)
    body = content if isinstance(content, bytes) else f'{{"type":"FeatureCollection","features":[{content}]}}'
    return Response(body, media_type=format_.media_type, headers=headers)


async def _fetch_row(answers: DatabaseReader, query: FeatureQuery, tile: Tile, format_: TileFormat) -> Row:
    time_limit_s = get_settings().crossings_public_statement_timeout_s if query.condition else None
    return await answers.fetch_row(*build_tile_query(query, tile, format_.name), time_limit_s=time_limit_s)
