"""Items of a collection, a page at a time (OGC API - Features Part 1, 7.15)."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked_types import DEFAULT_LIMIT
from api.collections import Collection, NamedCollection, describe
from api.connection import Reading
from api.crs_parameter import in_their_domain
from api.feature_collection import FeatureCollection, started
from api.feature_query import Asked, FeatureQuery
from api.formats.described import layer_of
from api.formats.download import download, refuse_system
from api.formats.format import FILES, form_asked
from api.formats.found import Found
from api.knowledge import knowledge_at
from api.not_found import NotFound
from api.pages import render
from api.parameters import FeaturesParameters, parsed
from api.places import refuse_unknown_places
from api.queryables import parameters_of
from api.representation import GEOJSON, address, query_of, root_of, wants_html
from api.take_away import take_away
from api.time_parameters import today
from geo.crs import Crs
from geo.geojson import FEATURES_IN_A_CHUNK

router = APIRouter()


async def asked_of(request: Request, collection: NamedCollection) -> FeaturesParameters:
    """Dependency giving the parameters that the collection takes. Raises BadParameters."""
    return await parsed(parameters_of(collection))(request)


@router.api_route("/collections/{collection_id}/items", methods=["GET", "HEAD"])
async def read_items(
    request: Request,
    collection: NamedCollection,
    connection: Reading,
    parameters: Annotated[FeaturesParameters, Depends(asked_of)],
) -> Response:
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    query = FeatureQuery.of(collection, parameters, today(), knowledge.as_known_at)
    form = form_asked(request)
    refuse_system(form, parameters.crs)
    with in_their_domain(parameters):
        matched = await connection.scalar(*query.matched()) or 0
        page = FeatureCollection(request, collection, query.question, knowledge, matched)
        if form.is_file:
            found = Found(connection, query, parameters.limit, parameters.after)
            layer = layer_of(query, query.view.crs, page.clocks, root_of(request))
            headers = headers_of(parameters.crs) | {"OGC-NumberMatched": str(matched)}
            return await download(request, form, found, layer, headers, parameters.crs)
        return await _answer(request, connection, page, query, parameters)


def headers_of(crs: Crs) -> dict[str, str]:
    return {"Content-Crs": f"<{crs.uri}>", "Vary": "Accept"}


@router.api_route("/collections/{collection_id}/items.{suffix}", methods=["GET", "HEAD"])
async def read_items_by_suffix(request: Request, collection: NamedCollection, suffix: str) -> Response:
    """The same under an address with an ending, by which web maps and notebooks tell what they are given."""
    form = next((form for form in FILES if form.suffix == suffix), None)
    if form is None:
        endings = ", ".join(form.suffix for form in FILES)
        raise NotFound(f"there is no form of file that ends in .{suffix}; there are {endings}")
    query = "&".join(part for part in (request.url.query, f"f={form.name}") if part)
    return RedirectResponse(address(request, f"/collections/{collection.id}/items") + f"?{query}", 307)


async def _answer(
    request: Request,
    connection: AsyncConnection,
    page: FeatureCollection,
    query: FeatureQuery,
    parameters: FeaturesParameters,
) -> Response:
    limit = parameters.limit or DEFAULT_LIMIT
    statement = query.page(limit, parameters.after)
    headers = headers_of(parameters.crs)
    if wants_html(request):
        document = json.loads(await _whole(page, connection, statement))
        return await _html(request, query.collection, connection, document)
    # A geometry that has no place in a projection fails when it is met, which has to be before the answer begins.
    if limit <= FEATURES_IN_A_CHUNK or not parameters.crs.is_geographic:
        return Response(await _whole(page, connection, statement), media_type=GEOJSON, headers=headers)
    parts = await started(page.text(await connection.stream(*statement)))
    return StreamingResponse(parts, media_type=GEOJSON, headers=headers)


async def _whole(page: FeatureCollection, connection: AsyncConnection, statement: Asked) -> str:
    return "".join([part async for part in page.text(_each(await connection.execute(*statement)))])


async def _each(rows: Iterable[Any]) -> AsyncIterator[Any]:
    for row in rows:
        yield row


async def _html(
    request: Request, collection: Collection, connection: AsyncConnection, document: dict[str, Any]
) -> Response:
    described = await describe(request, connection, collection)
    clocks = {name: document[name] for name in ("datetime", "as_known_at")}
    page = render(
        "items.html",
        document=document,
        collection=described,
        query=query_of(request),
        taken=take_away(request, collection.id, **clocks),
        root=root_of(request),
    )
    return Response(page, media_type="text/html", headers={"Vary": "Accept"})
