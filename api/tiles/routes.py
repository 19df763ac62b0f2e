"""Tiles over HTTP: by OGC's addresses, and by those that web maps write."""

from fastapi import APIRouter, Request, Response

from api.answering import Answering, Answers
from api.collections import Collection, collection_named
from api.crs_parameter import in_their_domain
from api.feature_query import FeatureQuery
from api.not_found import NotFound
from api.parameters import FeaturesParameters
from api.places import refuse_unknown
from api.prepared import Row
from api.tiles.asked_tile import MEDIA_TYPES, asked_tile, form_of_tile
from api.tiles.layer import DEEPEST_ZOOM
from api.tiles.tile_query import TileForm, is_kept, tile_of
from api.time_parameters import today
from geo.tile import NoSuchTile
from geo.tile_points import Tile

router = APIRouter(prefix="/collections/{collection_id}/tiles")
ENDINGS: dict[str, TileForm] = {"mvt": "mvt", "pbf": "mvt", "geojson": "geojson"}


@router.api_route("/WebMercatorQuad/{z}/{y}/{x}", methods=["GET", "HEAD"])
async def read_tile(request: Request, collection_id: str, answers: Answering, z: int, y: int, x: int) -> Response:
    """A tile by zoom level, row and column, in the form that `f` or `Accept` asks for."""
    collection = await collection_named(collection_id)
    asked = await asked_tile(request, collection)
    return await _tile(collection, answers, asked, _at(z, x, y), form_of_tile(request))


@router.api_route("/{z}/{x}/{y}.{ending}", methods=["GET", "HEAD"])
async def read_tile_by_ending(
    request: Request, collection_id: str, answers: Answering, z: int, x: int, y: int, ending: str
) -> Response:
    """The same by zoom level, column and row, as web maps write it; the ending says the form."""
    collection = await collection_named(collection_id)
    asked = await asked_tile(request, collection)
    if ending not in ENDINGS:
        raise NotFound(f"there is no form of tile that ends in .{ending}; there are {', '.join(ENDINGS)}")
    return await _tile(collection, answers, asked, _at(z, x, y), ENDINGS[ending])


def _at(z: int, x: int, y: int) -> Tile:
    if not 0 <= z <= DEEPEST_ZOOM:
        raise NotFound(f"tiles have zoom levels 0 to {DEEPEST_ZOOM}, not {z}")
    try:
        return Tile(z, x, y)
    except NoSuchTile as error:
        raise NotFound(str(error)) from None


async def _tile(
    collection: Collection,
    answers: Answers,
    asked: FeaturesParameters,
    tile: Tile,
    form: TileForm,
) -> Response:
    query = FeatureQuery.of(collection, asked, today(), asked.as_known_at)
    with in_their_domain(asked):
        row = await _row(answers, query, tile, form)
    refuse_unknown(row["unknown_countries"], row["unknown_regions"])
    content = row["content"]
    headers = {"Vary": "Accept"}
    if not content:
        return Response(status_code=204, headers=headers)
    body = content if isinstance(content, bytes) else f'{{"type":"FeatureCollection","features":[{content}]}}'
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)


async def _row(answers: Answers, query: FeatureQuery, tile: Tile, form: TileForm) -> Row:
    statement, values = tile_of(query, tile, form)
    if is_kept(query):
        return await answers.row(statement, values)
    async with answers.reading() as connection:
        return (await connection.execute(statement, values)).mappings().one()
