"""Items of a collection, a page at a time (OGC API - Features Part 1, 7.15)."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import CRS84, Collection, NamedCollection, describe
from api.connection import Reading
from api.feature_collection import FeatureCollection, started
from api.knowledge import knowledge_at
from api.pages import render
from api.parameters import FeaturesParameters, parsed
from api.places import refuse_unknown_places
from api.representation import GEOJSON, root_of, wants_html
from api.time_parameters import today
from geo.geojson import FEATURES_IN_A_CHUNK
from models.question import asked

router = APIRouter()
HEADERS = {"Content-Crs": f"<{CRS84}>", "Vary": "Accept"}


async def asked_of(request: Request, collection: NamedCollection) -> FeaturesParameters:
    """Dependency giving the parameters that the collection takes. Raises BadParameters."""
    return await parsed(collection.parameters)(request)


@router.api_route("/collections/{collection_id}/items", methods=["GET", "HEAD"])
async def read_items(
    request: Request,
    collection: NamedCollection,
    connection: Reading,
    parameters: Annotated[FeaturesParameters, Depends(asked_of)],
) -> Response:
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    question = parameters.question(today(), knowledge.as_known_at)
    matched = await connection.scalar(*asked(collection.matched, question)) or 0
    page = FeatureCollection(request, collection, question, knowledge, matched)
    statement = collection.page(question, parameters.limit, parameters.after)
    if parameters.limit > FEATURES_IN_A_CHUNK and not wants_html(request):
        parts = await started(page.text(await connection.stream(*statement)))
        return StreamingResponse(parts, media_type=GEOJSON, headers=HEADERS)
    text = "".join([part async for part in page.text(_each(await connection.execute(*statement)))])
    if wants_html(request):
        return await _html(request, collection, connection, json.loads(text))
    return Response(text, media_type=GEOJSON, headers=HEADERS)


async def _each(rows: Iterable[Any]) -> AsyncIterator[Any]:
    for row in rows:
        yield row


async def _html(
    request: Request, collection: Collection, connection: AsyncConnection, document: dict[str, Any]
) -> Response:
    described = await describe(request, connection, collection)
    query = dict(request.query_params)
    page = render("items.html", document=document, collection=described, query=query, root=root_of(request))
    return Response(page, media_type="text/html", headers=HEADERS)
