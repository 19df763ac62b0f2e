"""One item of a collection (OGC API - Features Part 1, 7.16)."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import Collection, NamedCollection, describe
from api.connection import Reading
from api.crs_parameter import in_their_domain
from api.feature_query import FeatureQuery
from api.history import etag_of
from api.knowledge import knowledge_at
from api.not_found import NotFound
from api.pages import render
from api.parameters import ItemParameters, parsed
from api.proposed_item import proposed_item
from api.receivables import EDITABLE
from api.representation import GEOJSON, Link, address, root_of, self_links, wants_html
from api.time_parameters import days_text, moment_text, today
from geo.geojson import View
from models.question import Question
from models.register import point_ids

router = APIRouter()


@router.api_route("/collections/{collection_id}/items/{item_id}", methods=["GET", "HEAD"])
async def read_item(
    request: Request,
    collection: NamedCollection,
    item_id: str,
    connection: Reading,
    parameters: Annotated[ItemParameters, Depends(parsed(ItemParameters))],
) -> Response:
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    question = Question(
        days=parameters.datetime or collection.days_by_default(today()),
        as_known_at=knowledge.as_known_at,
        identity=identity_of(collection, item_id),
    )
    query = FeatureQuery(collection, question, view=View(crs=parameters.crs))
    with in_their_domain(parameters):
        page = await connection.execute(*query.page(limit=1))
    feature = page.scalars().first()
    if feature is None:
        if (proposed := await proposed_item(request, connection, collection, item_id)) is not None:
            return proposed
        when = f"on {days_text(question.days)}, as known at {moment_text(knowledge.moment)}"
        raise NotFound(f"there is no {collection.item} {item_id!r} {when}")
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    document = json.loads(feature) | {"links": _links(request, collection, item_id, clocks)}
    if wants_html(request):
        described = await describe(request, connection, collection)
        page_text = render("item.html", document=document, collection=described, root=root_of(request))
        return Response(page_text, media_type="text/html", headers={"Vary": "Accept"})
    headers = {"Content-Crs": f"<{parameters.crs.uri}>", "Vary": "Accept"}
    headers |= await _etag(connection, collection, document)
    return Response(json.dumps(document, ensure_ascii=False), media_type=GEOJSON, headers=headers)


async def _etag(connection: AsyncConnection, collection: Collection, document: dict[str, Any]) -> dict[str, str]:
    """What If-Match names when an item is edited: the state of its point's history, whatever the day asked about."""
    if collection.id not in EDITABLE:
        return {}
    code = document["properties"]["code"]
    return {"ETag": await etag_of(connection, (await point_ids(connection, [code]))[code])}


def identity_of(collection: Collection, item_id: str) -> str | int:
    """The item's id as the database has it. Raises NotFound for what can be no item's."""
    try:
        identity = collection.identity(item_id)
    except ValueError:
        raise NotFound(f"there is no {collection.item} {item_id!r}: its id is a number") from None
    if "\0" in item_id or (isinstance(identity, int) and not -(2**63) <= identity < 2**63):
        raise NotFound(f"there is no {collection.item} {item_id!r}")
    return identity


def _links(request: Request, collection: Collection, item_id: str, clocks: dict[str, str]) -> list[Link]:
    about = address(request, f"/collections/{collection.id}", f="json")
    links = [
        *self_links(request, json_type=GEOJSON, **clocks),
        {"rel": "collection", "type": "application/json", "href": about, "title": collection.title},
    ]
    if collection.id == "points-of-entry":
        href = address(request, f"/points-of-entry/{item_id}/history")
        links.append({"rel": "version-history", "type": "application/json", "href": href, "title": "All its records"})
    return links
