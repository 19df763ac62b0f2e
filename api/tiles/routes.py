"""Addresses of tiles: the paths of OGC, and the paths that web maps use."""

from fastapi import Request, Response

from api.answering import Answers, answering
from api.asked_features import AskedFeatures
from api.collections import collection_named
from api.crs_parameter import in_their_domain
from api.feature_query import FeatureQuery
from api.not_found import NotFound
from api.places import refuse_unknown
from api.prepared import Row
from api.settings import settings
from api.tiles.asked_tile import MEDIA_TYPES, asked_tile, form_of_tile
from api.tiles.layer import DEEPEST_ZOOM
from api.tiles.tile_query import TileForm, tile_of
from api.values.numbers import parse_whole
from geo.tile import NoSuchTile
from geo.tile_points import Tile

ENDINGS: dict[str, TileForm] = {"mvt": "mvt", "pbf": "mvt", "geojson": "geojson"}


async def read_tile(request: Request) -> Response:
    """Return a tile of a collection by zoom level, row and column, in the format of `f` or `Accept`."""
    collection = await collection_named(request.path_params["collection_id"])
    tile_request = await asked_tile(request, collection)
    return await _tile(await answering(request), tile_request, _at(request), form_of_tile(request))


async def read_tile_by_ending(request: Request) -> Response:
    """Return a tile by zoom level, column and row, the path of web maps, in the format of the extension."""
    collection, ending = await collection_named(request.path_params["collection_id"]), request.path_params["ending"]
    tile_request = await asked_tile(request, collection)
    if ending not in ENDINGS:
        raise NotFound(f"there is no form of tile that ends in .{ending}; there are {', '.join(ENDINGS)}")
    return await _tile(await answering(request), tile_request, _at(request), ENDINGS[ending])


def _at(request: Request) -> Tile:
    numbers = request.path_params
    z, x, y = _number(numbers["z"]), _number(numbers["x"]), _number(numbers["y"])
    if not 0 <= z <= DEEPEST_ZOOM:
        raise NotFound(f"tiles have zoom levels 0 to {DEEPEST_ZOOM}, not {z}")
    try:
        return Tile(z, x, y)
    except NoSuchTile as error:
        raise NotFound(str(error)) from None


def _number(text: str) -> int:
    """Parse a number, or raise NotFound if it is not a number or longer than any number of a tile."""
    try:
        # Only one spelling of a number is valid: programs write addresses, and caches use them as keys.
        if text.isascii():
            return parse_whole(text)
    except ValueError:
        pass
    raise NotFound(f"tiles have numbers, not {text!r}")


async def _tile(answers: Answers, tile_request: AskedFeatures, tile: Tile, form: TileForm) -> Response:
    with in_their_domain(tile_request.parameters):
        row = await _row(answers, tile_request.query, tile, form)
    refuse_unknown(row["unknown_countries"], row["unknown_regions"])
    content = row["content"]
    headers = {"Vary": "Accept"}
    if not content:
        return Response(status_code=204, headers=headers)
    body = content if isinstance(content, bytes) else f'{{"type":"FeatureCollection","features":[{content}]}}'
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)


async def _row(answers: Answers, query: FeatureQuery, tile: Tile, form: TileForm) -> Row:
    time_limit_s = settings().crossings_public_statement_timeout_s if query.condition else None
    return await answers.row(*tile_of(query, tile, form), time_limit_s=time_limit_s)
