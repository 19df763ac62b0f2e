"""Addresses of reports: the report on points of entry, and the list of reports."""

import asyncio
import shutil
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.session import ReadConnection
from api.collections.registry import CommonParameters
from api.database.as_of import resolve_as_of
from api.database.read_routing import DatabaseReader, RoutedReader
from api.features.downloads.file_cache import get_downloads
from api.http.client import get_client_address, run_until_disconnect
from api.http.content_policy import POLICY_HEADER, build_standalone_policy
from api.http.heavy_work import acquire_slot
from api.parameters.operation import Operation
from api.parameters.page_day import find_page_day
from api.parameters.places import find_unknown_places
from api.parameters.shared import build_query_parser
from api.reports.document import (
    PATH,
    ReportDocument,
    fetch_map_data,
    render_report_json,
    write_report_file,
)
from api.reports.editions import fetch_edition, list_editions
from api.reports.figures import compute_figures
from api.reports.output.html import hash_stylesheet
from api.reports.output.registry import REPORT_FORMATS, ReportFormat
from api.reports.parameters import Area, ReportParameters, build_parameter_error, compute_last_cut_off
from api.responses.accept import choose_offer
from api.responses.etag import build_tagged_response
from api.responses.representation import (
    build_self_links,
    build_url,
    get_accept_header,
    is_html_requested,
    render_document,
    resolve_root_url,
)
from api.responses.spooled_response import SpooledFileResponse
from api.values.datetimes import get_today
from models.queries.regions import select_regions
from models.tables.bitemporal import Days

router = APIRouter()
FORMAT_ORDER = tuple(REPORT_FORMATS.values())
OFFERS = tuple((each.media_type,) for each in FORMAT_ORDER)


@router.api_route("/reports", methods=["GET", "HEAD"])
@Operation("getReports", "Reports and their editions", answer="ReportList")
async def list_reports(request: Request, connection: ReadConnection, _: CommonParameters) -> Response:
    """Return the frozen editions with their errata, and the addresses of reports of the world and of regions."""
    on = compute_last_cut_off(get_today())
    regions = [row for row in await connection.execute(select_regions(Days.on(on))) if row.kind == "iom"]
    places = [("World", {"level": "global"}), *((row.label, {"level": "region", "area": row.code}) for row in regions)]
    document = {
        "title": "Reports",
        "last_cut_off": on.isoformat(),
        "reports": [{"title": title, "href": build_url(request, PATH, **place)} for title, place in places],
        "editions": [
            {**one, "href": build_url(request, PATH, level=one["level"], area=one["area"], edition=one["number"])}
            for one in await list_editions(connection)
        ],
        "links": build_self_links(request),
    }
    shown = await find_page_day(connection, None) if is_html_requested(request) else None
    return render_document(request, "reports/reports.html", document, path=PATH, shown=shown)


@router.api_route(PATH, methods=["GET", "HEAD"])
@Operation(
    "getPointsOfEntryReport",
    "A report on points of entry",
    answer="Report",
    gives=tuple(each.media_type for each in FORMAT_ORDER),
    statuses=(200, 304),
    fails=(404,),
    ranges=True,
)
async def get_report(
    request: Request,
    answers: RoutedReader,
    parameters: Annotated[ReportParameters, Depends(build_query_parser(ReportParameters))],
) -> Response:
    """Return a report on points of entry. The slots for files limit concurrent reports: a report of the world takes 340
    MB.
    """
    format_ = REPORT_FORMATS[parameters.f] if parameters.f else _negotiate_format(request)
    async with acquire_slot("files", request):
        return await run_until_disconnect(request.receive, _build_response(request, answers, parameters, format_))


async def _build_response(
    request: Request, answers: DatabaseReader, parameters: ReportParameters, format_: ReportFormat
) -> Response:
    """Build the response, after the connection to the database is released."""
    async with answers.open_read_connection() as connection:
        made = await _build_document(request, connection, parameters)
        maps = await fetch_map_data(connection, made, format_)
    if format_.load is None:
        content = await asyncio.to_thread(render_report_json, made)
        return build_tagged_response(request, content, format_.media_type, {"Vary": "Accept"})
    path = await write_report_file(made, format_, maps)
    if format_.is_page:
        try:
            policy = {POLICY_HEADER: build_standalone_policy(hash_stylesheet())}
            return build_tagged_response(request, path.read_bytes(), format_.media_type, {"Vary": "Accept"} | policy)
        finally:
            shutil.rmtree(path.parent, ignore_errors=True)
    named = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return SpooledFileResponse(
        get_downloads(request).room, get_client_address(request), path, named, format_.media_type
    )


def _negotiate_format(request: Request) -> ReportFormat:
    """Return the best match for `Accept`; JSON if `Accept` matches no format."""
    return FORMAT_ORDER[choose_offer(get_accept_header(request), OFFERS)]


async def _build_document(
    request: Request, connection: AsyncConnection, parameters: ReportParameters
) -> ReportDocument:
    area = parameters.place()
    await refuse_unknown_area(connection, area)
    root = resolve_root_url(request)
    if parameters.edition is not None:
        if parameters.on or parameters.compare or parameters.as_known_at:
            raise build_parameter_error("edition", str(parameters.edition), "is frozen; its days and moment are fixed")
        return await fetch_edition(connection, area, parameters.edition, parameters.lang, root)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    figures = await compute_figures(connection, area, parameters.days(get_today()), knowledge)
    return ReportDocument(area, figures, parameters.lang, root)


async def refuse_unknown_area(connection: AsyncConnection, area: Area) -> None:
    """Check that the region or country exists, or raise BadParameters."""
    countries, regions = ([area.code] if area.code and area.level == level else [] for level in ("country", "region"))
    for unknown in await find_unknown_places(connection, countries, regions):
        raise build_parameter_error("area", unknown.code, unknown.reason)
