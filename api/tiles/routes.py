"""Tiles over HTTP: by OGC's addresses, and by those that web maps write."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import Collection, NamedCollection
from api.connection import Reading
from api.crs_parameter import in_their_domain
from api.entity_tag import tagged
from api.feature_query import FeatureQuery
from api.knowledge import knowledge_at
from api.not_found import NotFound
from api.parameters import FeaturesParameters
from api.places import refuse_unknown_places
from api.tiles.asked_tile import MEDIA_TYPES, asked_tile, form_of_tile
from api.tiles.layer import DEEPEST_ZOOM
from api.tiles.tile_query import TileForm, tile_of
from api.time_parameters import today
from geo.tile import NoSuchTile
from geo.tile_points import Tile

router = APIRouter(prefix="/collections/{collection_id}/tiles")
AskedTile = Annotated[FeaturesParameters, Depends(asked_tile)]
ENDINGS: dict[str, TileForm] = {"mvt": "mvt", "pbf": "mvt", "geojson": "geojson"}
A_YEAR_S = 31_536_000
A_MINUTE_S = 60


@router.api_route("/WebMercatorQuad/{z}/{y}/{x}", methods=["GET", "HEAD"])
async def read_tile(
    request: Request, collection: NamedCollection, connection: Reading, asked: AskedTile, z: int, y: int, x: int
) -> Response:
    """A tile by zoom level, row and column, in the form that `f` or `Accept` asks for."""
    return await _tile(request, collection, connection, asked, _at(z, x, y), form_of_tile(request))


@router.api_route("/{z}/{x}/{y}.{ending}", methods=["GET", "HEAD"])
async def read_tile_by_ending(
    request: Request,
    collection: NamedCollection,
    connection: Reading,
    asked: AskedTile,
    z: int,
    x: int,
    y: int,
    ending: str,
) -> Response:
    """The same by zoom level, column and row, as web maps write it; the ending says the form."""
    if ending not in ENDINGS:
        raise NotFound(f"there is no form of tile that ends in .{ending}; there are {', '.join(ENDINGS)}")
    return await _tile(request, collection, connection, asked, _at(z, x, y), ENDINGS[ending])


def _at(z: int, x: int, y: int) -> Tile:
    if not 0 <= z <= DEEPEST_ZOOM:
        raise NotFound(f"tiles have zoom levels 0 to {DEEPEST_ZOOM}, not {z}")
    try:
        return Tile(z, x, y)
    except NoSuchTile as error:
        raise NotFound(str(error)) from None


async def _tile(
    request: Request,
    collection: Collection,
    connection: AsyncConnection,
    asked: FeaturesParameters,
    tile: Tile,
    form: TileForm,
) -> Response:
    await refuse_unknown_places(connection, asked.country, asked.region)
    knowledge = await knowledge_at(connection, asked.as_known_at)
    query = FeatureQuery.of(collection, asked, today(), knowledge.as_known_at)
    with in_their_domain(asked):
        content = await connection.scalar(*tile_of(query, tile, form))
    headers = {"Cache-Control": _kept_for(asked), "Vary": "Accept"}
    if not content:
        return Response(status_code=204, headers=headers)
    body = content if isinstance(content, bytes) else f'{{"type":"FeatureCollection","features":[{content}]}}'.encode()
    return tagged(request, body, MEDIA_TYPES[form], headers)


def _kept_for(asked: FeaturesParameters) -> str:
    """What is asked of a day as known at a moment that is over never changes."""
    is_over = asked.as_known_at is not None and asked.as_known_at <= dt.datetime.now(dt.UTC)
    if is_over and asked.datetime is not None:
        return f"public, max-age={A_YEAR_S}, immutable"
    return f"public, max-age={A_MINUTE_S}"
