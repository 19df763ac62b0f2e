"""Single item of a collection (OGC API - Features Part 1, 7.16)."""

import json
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import DBAPIError

from api.collections.database_errors import refuse_database_error
from api.collections.operations import describe_each, format_item_schema
from api.collections.query import FeatureQuery
from api.collections.registry import Collection, require_collection
from api.database.prepared_statements import Row
from api.database.read_routing import DatabaseReader, get_reader
from api.exceptions import NotFound
from api.features.geojson_response import fetch_row, format_clocks
from api.features.metadata import describe_collection
from api.features.proposed_item import fetch_proposed_item
from api.parameters.bounds import can_be_code
from api.parameters.operation import HTML, Operation
from api.parameters.page_day import PageDay, find_page_day, needs_page_day
from api.parameters.shared import ItemParameters, build_query_parser
from api.responses.etag import build_history_etag
from api.responses.representation import GEOJSON, Link, build_self_links, build_url, is_html_requested, render_page
from api.values.datetimes import get_today
from api.values.numbers import MAX_INT64, parse_whole
from geo.geojson import FeatureView
from models.queries.filters import FeatureFilter
from models.validation.point_lookup import select_point_change

router = APIRouter()


@router.route("/collections/{collection_id}/items/{item_id}")
@describe_each(
    lambda collection: Operation(
        "getFeature",
        f"One {collection.item}",
        parameters=ItemParameters,
        answer=format_item_schema(collection),
        gives=(GEOJSON, HTML),
        # A proposed point is visible to its offices, so a request may carry a key, which may be invalid.
        fails=(401,) if collection.is_register else (),
    )
)
async def get_item(request: Request) -> Response:
    """Return `/collections/{collection_id}/items/{item_id}`. Raises BadParameters and NotFound."""
    collection, item_id = await require_collection(request.path_params["collection_id"]), request.path_params["item_id"]
    answers = await get_reader(request)
    parameters = await build_query_parser(ItemParameters)(request)
    question = collection.build_filter(
        days=parameters.datetime or collection.resolve_default_days(get_today()),
        as_known_at=parameters.as_known_at,
        identity=parse_item_id(collection, item_id),
    )
    question, row, shown = await _find_item(request, answers, collection, question, parameters)
    clocks = format_clocks(question, row["moment"])
    if row["features"] is None:
        return await _get_proposed(request, answers, collection, item_id, clocks)
    document = json.loads(row["features"]) | {"links": _build_links(request, collection, item_id, clocks)}
    if is_html_requested(request):
        async with answers.open_read_connection() as connection:
            description = await describe_collection(request, connection, collection, {})
        context = {"document": document, "collection": description, "shown": shown, "days": clocks["datetime"]}
        return render_page(request, "collections/item.html", context)
    headers = {"Content-Crs": f"<{parameters.crs.uri}>", "Vary": "Accept"}
    headers |= await _fetch_etag_header(answers, collection, document)
    return Response(json.dumps(document, ensure_ascii=False), media_type=GEOJSON, headers=headers)


async def _find_item(
    request: Request,
    answers: DatabaseReader,
    collection: Collection,
    question: FeatureFilter,
    parameters: ItemParameters,
) -> tuple[FeatureFilter, Row, PageDay | None]:
    """Find the item: the query that matches it, its row, and the day on which the page opens if the request has none.

    A page shows an item that entered the register after that day on the day that programs get by default.
    """
    if shown := await _choose_page_day(request, answers, collection, parameters):
        opened = replace(question, days=collection.resolve_default_days(shown.day))
        row = await _fetch_row(answers, collection, opened, parameters)
        if row["features"] is not None:
            return opened, row, shown
    return question, await _fetch_row(answers, collection, question, parameters), None


async def _fetch_row(
    answers: DatabaseReader, collection: Collection, question: FeatureFilter, parameters: ItemParameters
) -> Row:
    query = FeatureQuery(collection, question, view=FeatureView(crs=parameters.crs))
    try:
        return await fetch_row(answers, query, limit=1)
    except DBAPIError as error:
        refuse_database_error(error, parameters)
        raise


async def _choose_page_day(
    request: Request, answers: DatabaseReader, collection: Collection, parameters: ItemParameters
) -> PageDay | None:
    """Choose the day on which the page opens; None for JSON, with a `datetime`, and for a collection of all days."""
    if not needs_page_day(request, parameters) or collection.covers_all_days(get_today()):
        return None
    async with answers.open_read_connection() as connection:
        latest = await find_page_day(connection, parameters.as_known_at)
    return latest.add_today_link(request, collection.resolve_default_days(get_today())) if latest.is_past else None


async def _get_proposed(
    request: Request, answers: DatabaseReader, collection: Collection, item_id: str, clocks: dict[str, str]
) -> Response:
    """Return the proposed item, for the offices that may see it. Raises NotFound for all other callers."""
    async with answers.open_read_connection() as connection:
        response = await fetch_proposed_item(request, connection, collection, item_id)
    if response is None:
        when = f"on {clocks['datetime']}, as known at {clocks['as_known_at']}"
        raise NotFound(f"there is no {collection.item} {item_id!r} {when}")
    return response


async def _fetch_etag_header(
    answers: DatabaseReader, collection: Collection, document: dict[str, Any]
) -> dict[str, str]:
    """Fetch the ETag for If-Match when an item is edited: the state of its point's history, the same for every day."""
    if collection.editing is None:
        return {}
    code = document["properties"]["code"]
    row = await answers.fetch_row(select_point_change(), {"code": code})
    return {"ETag": build_history_etag(code, row["moment"])}


def parse_item_id(collection: Collection, item_id: str) -> str | int:
    """Parse the item's id as the database has it. Raises NotFound for an id that no item can have."""
    try:
        identity = parse_whole(item_id) if collection.identity is int else item_id
    except ValueError:
        raise NotFound(f"there is no {collection.item} {item_id!r}: its id must be a number") from None
    if not can_be_code(item_id) or (isinstance(identity, int) and abs(identity) > MAX_INT64):
        raise NotFound(f"there is no {collection.item} {item_id!r}")
    return identity


def _build_links(request: Request, collection: Collection, item_id: str, clocks: dict[str, str]) -> list[Link]:
    about = build_url(request, f"/collections/{collection.id}", f="json")
    links = [
        *build_self_links(request, json_type=GEOJSON, **clocks),
        {"rel": "collection", "type": "application/json", "href": about, "title": collection.title},
    ]
    if collection.is_register:
        href = build_url(request, f"/points-of-entry/{item_id}/history")
        links.append(
            {"rel": "version-history", "type": "application/json", "href": href, "title": "All records of the point"}
        )
    return links
