"""Items of a collection, by page or as a file (OGC API - Features Part 1, 7.15)."""

import asyncio
import datetime as dt
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.answering import Answers, answering
from api.asked_features import asked_features
from api.asked_types import DEFAULT_LIMIT
from api.collection_documents import describe
from api.collections import Collection, NamedCollection, collection_named
from api.crs_parameter import in_their_domain
from api.example_notice import example_notice
from api.feature_collection import FeatureCollection, clocks_of
from api.feature_query import FeatureQuery
from api.feature_row import page_row
from api.formats.csv_file import CsvForm
from api.formats.described import layer_of
from api.formats.download import BINARY, Keep, download, refuse_system
from api.formats.downloads import downloads_of, place_of_page
from api.formats.format import FILES, Format, form_asked
from api.formats.found import Found
from api.http.client import client_of, unless_gone
from api.knowledge import knowledge_at
from api.not_found import NotFound
from api.page_day import PageDay, page_day
from api.parameters import FeaturesParameters, RestrictionsParameters
from api.places import refuse_unknown_places
from api.prepared import execute
from api.qgis.style import style_file
from api.queryables import parameters_of
from api.representation import GEOJSON, address, html_page, query_of, root_of
from api.server.heavy_work import slot_for
from api.take_away import take_away
from api.tidy_rows import MOST_ROWS_OF_A_PAGE
from api.time_parameters import today
from geo.crs import Crs
from models.time_axes import Days

router = APIRouter()


async def read_items(request: Request) -> Response:
    """Return `/collections/{collection_id}/items`. Raises BadParameters, and NotFound for a collection."""
    collection = await collection_named(request.path_params["collection_id"])
    parameters, query = asked_features(request, collection, parameters_of(collection))
    form = form_asked(request)
    refuse_system(form, parameters.crs)
    answers = await answering(request)
    if form.is_file:
        return await unless_gone(request.receive, _file(request, parameters, query, form, answers))
    shown = None
    if form.name == "html":
        parameters, query, shown = await _opened(request, collection, answers, parameters, query)
    limit = parameters.limit or DEFAULT_LIMIT
    rows = min(limit, MOST_ROWS_OF_A_PAGE) if form.name == "html" else limit
    async with place_of_page(request, rows, form.name):
        row = await page_row(answers, query, rows, parameters)
        content = FeatureCollection(request, collection, query.question, row).render_json()
        if form.name == "html":
            return await _html(request, collection, answers, json.loads(content), shown)
        return Response(content, media_type=GEOJSON, headers=headers_of(parameters.crs))


async def _file(
    request: Request, parameters: FeaturesParameters, query: FeatureQuery, form: Format, answers: Answers
) -> Response:
    """Serve the file, from the store if no data changed since it was written. Requests wait without a connection."""
    cache = downloads_of(request).kept
    name = (today(), query.collection.id, form.name, root_of(request), *sorted(query_of(request).items()))
    if form.name not in BINARY and "range" not in request.headers:
        return await _written(request, parameters, query, form, answers, None)
    async with cache.writing(name):
        async with answers.reading() as connection:
            knowledge = await knowledge_at(connection, parameters.as_known_at)
        if file := cache.find(name, knowledge):
            return cache.response(request, file)

        async def store(path: Path, headers: dict[str, str]) -> Response | None:
            is_kept = await cache.keep(name, knowledge, path, headers, form.media_type)
            file = cache.find(name, knowledge) if is_kept else None
            return cache.response(request, file) if file else None

        return await _written(request, parameters, query, form, answers, store)


async def _written(
    request: Request,
    parameters: FeaturesParameters,
    query: FeatureQuery,
    form: Format,
    answers: Answers,
    keep: Keep | None,
) -> Response:
    async with AsyncExitStack() as stack:
        if form.name in BINARY:
            async with slot_for("files", request):
                return await _read_from(request, parameters, query, form, answers, stack, keep)
        await stack.enter_async_context(downloads_of(request).queue.acquire_place(client_of(request)))
        return await _read_from(request, parameters, query, form, answers, stack, keep)


async def _read_from(
    request: Request,
    parameters: FeaturesParameters,
    query: FeatureQuery,
    form: Format,
    answers: Answers,
    stack: AsyncExitStack,
    keep: Keep | None,
) -> Response:
    connection = await stack.enter_async_context(answers.reading())
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    query = query.known_at(knowledge.as_known_at)
    with in_their_domain(parameters):
        matched = (await execute(connection, *query.matched())).scalar_one()
        source = Found(connection, query, parameters.limit, parameters.after)
        clocks = clocks_of(query.question, knowledge.moment)
        layer = layer_of(query, query.view.crs, clocks, root_of(request), await example_notice(request))
        if form.name == "gpkg":
            layer = style_file(layer, query.collection)
        headers = headers_of(parameters.crs) | {"OGC-NumberMatched": str(matched)}
        csv_form = CsvForm(tags=parameters.hxl is not False, mark=parameters.bom is True)
        return await download(request, form, source, layer, headers, parameters.crs, stack.pop_all(), keep, csv_form)


def headers_of(crs: Crs) -> dict[str, str]:
    return {"Content-Crs": f"<{crs.uri}>", "Vary": "Accept"}


@router.api_route("/collections/{collection_id}/items.{suffix}", methods=["GET", "HEAD"])
async def read_items_by_suffix(request: Request, collection: NamedCollection, suffix: str) -> Response:
    """Redirect from an address with a suffix, by which web maps and notebooks recognise the format."""
    form = next((form for form in FILES if form.suffix == suffix), None)
    if form is None:
        endings = ", ".join(form.suffix for form in FILES)
        raise NotFound(f"there is no form of file that ends in .{suffix}; there are {endings}")
    query = "&".join(part for part in (request.url.query, f"f={form.name}") if part)
    return RedirectResponse(address(request, f"/collections/{collection.id}/items") + f"?{query}", 307)


async def _opened(
    request: Request, collection: Collection, answers: Answers, parameters: FeaturesParameters, query: FeatureQuery
) -> tuple[FeaturesParameters, FeatureQuery, PageDay]:
    """Set the parameters and the query to the day on which the page opens. Restrictions still cover all days."""
    async with answers.reading() as connection:
        latest = await page_day(connection, parameters.as_known_at)
    if parameters.datetime is not None or isinstance(parameters, RestrictionsParameters):
        return parameters, query, latest
    (days, now) = (days_of_page(parameters, day) for day in (latest.day, latest.today))
    parameters = parameters.model_copy(update={"datetime": days})
    page_query = FeatureQuery.of(collection, parameters, latest.today, parameters.as_known_at)
    return parameters, page_query, latest.leading_to(request, now)


def days_of_page(parameters: FeaturesParameters, day: dt.date) -> Days:
    """Resolve the default days of the collection on that day: for changes the week up to it, for the others the day."""
    return parameters.question(day, None).days


async def _html(
    request: Request, collection: Collection, answers: Answers, document: dict[str, Any], shown: PageDay | None
) -> Response:
    async with answers.reading() as connection:
        description = await describe(request, connection, collection, {})
    clocks = {name: document[name] for name in ("datetime", "as_known_at")}
    downloads = take_away(request, collection.id, **clocks)
    query = query_of(request)
    # Links from the page keep its days.
    linked = query | {"datetime": document["datetime"]} if shown and shown.today_href else query
    page = {"document": document, "collection": description, "query": query, "linked": linked}
    context = page | {"taken": downloads, "shown": shown}
    return await asyncio.to_thread(html_page, request, "items.html", context)
