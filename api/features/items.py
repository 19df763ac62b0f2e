"""Items of a collection, by page or as a file (OGC API - Features Part 1, 7.15)."""

import asyncio
import datetime as dt
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, assert_never

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import DBAPIError

from api.collections.database_errors import refuse_database_error
from api.collections.layer_metadata import build_layer
from api.collections.operations import describe_each, format_items_schema
from api.collections.parameters import FeaturesParameters
from api.collections.property_filters import build_items_parameters
from api.collections.query import FeatureQuery, parse_features_request
from api.collections.registry import Collection, RequiredCollection, require_collection
from api.database.as_of import resolve_as_of
from api.database.prepared_statements import execute
from api.database.read_routing import DatabaseReader, get_reader
from api.exceptions import NotFound
from api.features.downloads.download import FeatureStream, StoreFile, download, refuse_crs
from api.features.downloads.file_cache import get_downloads
from api.features.downloads.links import build_download_links
from api.features.geojson_response import FeatureCollection, acquire_page_slot, fetch_page_row, format_clocks
from api.features.metadata import describe_collection
from api.formats.format import FileFormat, PageFormat, TextOptions
from api.formats.registry import FILE_FORMATS_BY_SUFFIX, FORMAT_ORDER, FORMATS, OFFERS
from api.http.client import get_client_address, run_until_disconnect
from api.http.heavy_work import acquire_slot
from api.parameters.operation import Operation
from api.parameters.page_day import PageDay, find_page_day
from api.parameters.places import refuse_unknown_places
from api.parameters.types import DEFAULT_LIMIT
from api.qgis.style import attach_style
from api.responses.accept import choose_offer
from api.responses.example_notice import fetch_example_notice
from api.responses.representation import (
    GEOJSON,
    build_url,
    get_accept_header,
    get_query_values,
    render_page,
    resolve_root_url,
)
from api.values.datetimes import get_today
from geo.crs import CRS84, Crs
from models.tables.bitemporal import Days

router = APIRouter()


@router.route("/collections/{collection_id}/items")
@describe_each(
    lambda collection: Operation(
        "getFeatures",
        collection.description,
        parameters=build_items_parameters(collection),
        answer=format_items_schema(collection),
        gives=tuple(dict.fromkeys(each.media_type for each in FORMATS.values())),
        ranges=True,
    )
)
async def get_items(request: Request) -> Response:
    """Return `/collections/{collection_id}/items`. Raises BadParameters, and NotFound for a collection."""
    collection = await require_collection(request.path_params["collection_id"])
    parameters, query = parse_features_request(request, collection, build_items_parameters(collection))
    format_ = _negotiate_format(request, parameters)
    if isinstance(format_, FileFormat):
        refuse_crs(format_, parameters.crs)
        answers = await get_reader(request)
        return await run_until_disconnect(request.receive, _serve_file(request, parameters, query, format_, answers))
    return await _serve_page(request, parameters, query, format_, await get_reader(request))


def _negotiate_format(request: Request, parameters: FeaturesParameters) -> PageFormat | FileFormat:
    """Return the format that `f` names, or the best match for `Accept`; GeoJSON if `Accept` matches no format."""
    return FORMATS[parameters.f] if parameters.f else FORMAT_ORDER[choose_offer(get_accept_header(request), OFFERS)]


async def _serve_page(
    request: Request, parameters: FeaturesParameters, query: FeatureQuery, format_: PageFormat, answers: DatabaseReader
) -> Response:
    collection, shown = query.collection, None
    if format_.name == "html":
        parameters, query, shown = await _open_page(request, collection, answers, parameters, query)
    limit = parameters.limit or DEFAULT_LIMIT
    rows = min(limit, format_.max_rows or limit)
    async with acquire_page_slot(request, rows, format_):
        row = await fetch_page_row(answers, query, rows, parameters)
        content = FeatureCollection(request, collection, query.question, row).render_json()
        match format_.name:
            case "html":
                return await _render_html(request, collection, answers, json.loads(content), shown)
            case "json":
                return Response(content, media_type=GEOJSON, headers=build_headers(parameters.crs))
            case _:
                assert_never(format_.name)


async def _serve_file(
    request: Request, parameters: FeaturesParameters, query: FeatureQuery, format_: FileFormat, answers: DatabaseReader
) -> Response:
    """Serve the file, from the store if no data changed since it was written. Requests wait without a connection."""
    cache = get_downloads(request).kept
    name = (
        get_today(),
        query.collection.id,
        format_.name,
        resolve_root_url(request),
        *sorted(get_query_values(request).items()),
    )
    if not format_.in_subprocess and "range" not in request.headers:
        return await _write_file(request, parameters, query, format_, answers, None)
    async with cache.get_write_lock(name):
        async with answers.open_read_connection() as connection:
            knowledge = await resolve_as_of(connection, parameters.as_known_at)
        if file := cache.find(name, knowledge):
            return cache.response(request, file)

        async def store(path: Path, headers: dict[str, str]) -> Response | None:
            is_kept = await cache.keep(name, knowledge, path, headers, format_.media_type)
            file = cache.find(name, knowledge) if is_kept else None
            return cache.response(request, file) if file else None

        return await _write_file(request, parameters, query, format_, answers, store)


async def _write_file(
    request: Request,
    parameters: FeaturesParameters,
    query: FeatureQuery,
    format_: FileFormat,
    answers: DatabaseReader,
    keep: StoreFile | None,
) -> Response:
    async with AsyncExitStack() as stack:
        if format_.in_subprocess:
            async with acquire_slot("files", request):
                return await _stream_file(request, parameters, query, format_, answers, stack, keep)
        await stack.enter_async_context(get_downloads(request).queue.acquire_place(get_client_address(request)))
        return await _stream_file(request, parameters, query, format_, answers, stack, keep)


async def _stream_file(
    request: Request,
    parameters: FeaturesParameters,
    query: FeatureQuery,
    format_: FileFormat,
    answers: DatabaseReader,
    stack: AsyncExitStack,
    keep: StoreFile | None,
) -> Response:
    connection = await stack.enter_async_context(answers.open_read_connection())
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    query = query.set_moment(knowledge.as_known_at)
    try:
        matched = (await execute(connection, *query.count_matched())).scalar_one()
        source = FeatureStream(connection, query, parameters.limit, parameters.after)
        clocks = format_clocks(query.question, knowledge.moment)
        layer = build_layer(
            query, query.view.crs, clocks, resolve_root_url(request), await fetch_example_notice(request)
        )
        if format_.has_style:
            layer = attach_style(layer, query.collection)
        headers = build_headers(parameters.crs) | {"OGC-NumberMatched": str(matched)}
        return await download(
            *(request, format_, source, layer, headers, parameters.crs, stack.pop_all(), keep),
            options=_build_text_options(parameters),
        )
    except DBAPIError as error:
        refuse_database_error(error, parameters)
        raise


def _build_text_options(parameters: FeaturesParameters) -> TextOptions:
    coord_ref_sys = None if parameters.crs == CRS84 else parameters.crs.uri
    return TextOptions(coord_ref_sys, tags=parameters.hxl is not False, mark=parameters.bom is True)


def build_headers(crs: Crs) -> dict[str, str]:
    return {"Content-Crs": f"<{crs.uri}>", "Vary": "Accept"}


@router.api_route("/collections/{collection_id}/items.{suffix}", methods=["GET", "HEAD"], include_in_schema=False)
async def redirect_items_suffix(request: Request, collection: RequiredCollection, suffix: str) -> Response:
    """Redirect from an address with a suffix, by which web maps and notebooks recognise the format."""
    format_ = FILE_FORMATS_BY_SUFFIX.get(suffix)
    if format_ is None:
        endings = ", ".join(FILE_FORMATS_BY_SUFFIX)
        raise NotFound(f"unsupported extension .{suffix}; supported: {endings}")
    query = "&".join(part for part in (request.url.query, f"f={format_.name}") if part)
    return RedirectResponse(build_url(request, f"/collections/{collection.id}/items") + f"?{query}", 307)


async def _open_page(
    request: Request,
    collection: Collection,
    answers: DatabaseReader,
    parameters: FeaturesParameters,
    query: FeatureQuery,
) -> tuple[FeaturesParameters, FeatureQuery, PageDay]:
    """Set the parameters and the query to the day on which the page opens. Restrictions still cover all days."""
    async with answers.open_read_connection() as connection:
        latest = await find_page_day(connection, parameters.as_known_at)
    if parameters.datetime is not None or collection.covers_all_days(latest.today):
        return parameters, query, latest
    (days, now) = (resolve_page_days(parameters, day) for day in (latest.day, latest.today))
    parameters = parameters.model_copy(update={"datetime": days})
    page_query = FeatureQuery.build(collection, parameters, latest.today, parameters.as_known_at)
    return parameters, page_query, latest.add_today_link(request, now)


def resolve_page_days(parameters: FeaturesParameters, day: dt.date) -> Days:
    """Resolve the default days of the collection on that day: for changes the week up to it, for the others the day."""
    return parameters.build_filter(day, None).days


async def _render_html(
    request: Request, collection: Collection, answers: DatabaseReader, document: dict[str, Any], shown: PageDay | None
) -> Response:
    async with answers.open_read_connection() as connection:
        description = await describe_collection(request, connection, collection, {})
    clocks = {name: document[name] for name in ("datetime", "as_known_at")}
    downloads = build_download_links(request, collection.id, **clocks)
    query = get_query_values(request)
    # Links from the page keep its days.
    linked = query | {"datetime": document["datetime"]} if shown and shown.today_href else query
    page = {"document": document, "collection": description, "query": query, "linked": linked}
    context = page | {"downloads": downloads, "shown": shown, "shape": collection.page}
    return await asyncio.to_thread(render_page, request, "collections/items.html", context)
