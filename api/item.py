"""Single item of a collection (OGC API - Features Part 1, 7.16)."""

import json
from dataclasses import replace
from typing import Any

from fastapi import Request, Response

from api.answering import Answers, answering
from api.collection_documents import describe
from api.collections import Collection, collection_named
from api.crs_parameter import in_their_domain
from api.entity_tag import history_etag
from api.feature_collection import clocks_of
from api.feature_query import FeatureQuery
from api.feature_row import row_of
from api.not_found import NotFound
from api.page_day import PageDay, chooses_its_day, page_day
from api.parameter_bounds import can_be_code
from api.parameters import ItemParameters, parsed
from api.prepared import Row
from api.proposed_item import proposed_item
from api.receivables import EDITABLE
from api.representation import GEOJSON, Link, address, html_page, self_links, wants_html
from api.time_parameters import today
from api.values.numbers import LARGEST_INT64, parse_whole
from geo.geojson import View
from models.points_named import moment_of_point
from models.question import Question
from models.time_axes import FOR_EVER, SINCE_EVER, Days

ALL_DAYS = Days(SINCE_EVER, FOR_EVER)


async def read_item(request: Request) -> Response:
    """Return `/collections/{collection_id}/items/{item_id}`. Raises BadParameters and NotFound."""
    collection, item_id = await collection_named(request.path_params["collection_id"]), request.path_params["item_id"]
    answers = await answering(request)
    parameters = await parsed(ItemParameters)(request)
    question = Question(
        days=parameters.datetime or collection.days_by_default(today()),
        as_known_at=parameters.as_known_at,
        identity=identity_of(collection, item_id),
    )
    question, row, shown = await _found(request, answers, collection, question, parameters)
    clocks = clocks_of(question, row["moment"])
    if row["features"] is None:
        return await _proposed(request, answers, collection, item_id, clocks)
    document = json.loads(row["features"]) | {"links": _links(request, collection, item_id, clocks)}
    if wants_html(request):
        async with answers.reading() as connection:
            description = await describe(request, connection, collection, {})
        context = {"document": document, "collection": description, "shown": shown, "days": clocks["datetime"]}
        return html_page(request, "item.html", context)
    headers = {"Content-Crs": f"<{parameters.crs.uri}>", "Vary": "Accept"}
    headers |= await _etag(answers, collection, document)
    return Response(json.dumps(document, ensure_ascii=False), media_type=GEOJSON, headers=headers)


async def _found(
    request: Request, answers: Answers, collection: Collection, question: Question, parameters: ItemParameters
) -> tuple[Question, Row, PageDay | None]:
    """Find the item: the query that matches it, its row, and the day on which the page opens if the request has none.

    A page shows an item that entered the register after that day on the day that programs get by default.
    """
    if shown := await _page_day(request, answers, collection, parameters):
        opened = replace(question, days=collection.days_by_default(shown.day))
        row = await _row(answers, collection, opened, parameters)
        if row["features"] is not None:
            return opened, row, shown
    return question, await _row(answers, collection, question, parameters), None


async def _row(answers: Answers, collection: Collection, question: Question, parameters: ItemParameters) -> Row:
    query = FeatureQuery(collection, question, view=View(crs=parameters.crs))
    with in_their_domain(parameters):
        return await row_of(answers, query, limit=1)


async def _page_day(
    request: Request, answers: Answers, collection: Collection, parameters: ItemParameters
) -> PageDay | None:
    """Choose the day on which the page opens; None for JSON, with a `datetime`, and for a collection of all days."""
    now = collection.days_by_default(today())
    if not chooses_its_day(request, parameters) or now == ALL_DAYS:
        return None
    async with answers.reading() as connection:
        latest = await page_day(connection, parameters.as_known_at)
    return latest.leading_to(request, now) if latest.is_past else None


async def _proposed(
    request: Request, answers: Answers, collection: Collection, item_id: str, clocks: dict[str, str]
) -> Response:
    """Return the proposed item, for the offices that may see it. Raises NotFound for all other callers."""
    async with answers.reading() as connection:
        response = await proposed_item(request, connection, collection, item_id)
    if response is None:
        when = f"on {clocks['datetime']}, as known at {clocks['as_known_at']}"
        raise NotFound(f"there is no {collection.item} {item_id!r} {when}")
    return response


async def _etag(answers: Answers, collection: Collection, document: dict[str, Any]) -> dict[str, str]:
    """Fetch the ETag for If-Match when an item is edited: the state of its point's history, the same for every day."""
    if collection.id not in EDITABLE:
        return {}
    code = document["properties"]["code"]
    row = await answers.row(moment_of_point(), {"code": code})
    return {"ETag": history_etag(code, row["moment"])}


def identity_of(collection: Collection, item_id: str) -> str | int:
    """Parse the item's id as the database has it. Raises NotFound for an id that no item can have."""
    try:
        identity = parse_whole(item_id) if collection.identity is int else item_id
    except ValueError:
        raise NotFound(f"there is no {collection.item} {item_id!r}: its id is a number") from None
    if not can_be_code(item_id) or (isinstance(identity, int) and abs(identity) > LARGEST_INT64):
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
