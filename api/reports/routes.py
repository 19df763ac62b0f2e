"""Addresses of reports: the report on points of entry, and the list of reports."""

import asyncio
import shutil
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answering, Answers
from api.collections import Plain
from api.connection import Reading
from api.entity_tag import tagged
from api.formats.downloads import downloads_of
from api.http.accept import choose
from api.http.client import client_of, unless_gone
from api.http.content_policy import HEADER, standalone_policy
from api.http.spooled_response import HeldFileResponse
from api.knowledge import knowledge_at
from api.page_day import page_day
from api.parameters import parsed
from api.places import unknown_places
from api.reports.asked import Area, Form, ReportParameters, bad, last_cut_off
from api.reports.editions import found_edition, listed_editions
from api.reports.gathered import gathered
from api.reports.made import MEDIA_TYPES, OTHERS, PATH, Made, as_file, as_json, ground_of
from api.reports.styles import style_hash
from api.representation import accept_of, address, answer, root_of, self_links, wants_html
from api.server.heavy_work import slot_for
from api.time_parameters import today
from models.regions import regions_on
from models.time_axes import Days

router = APIRouter()
FORMS: tuple[Form, ...] = ("json", *OTHERS)
OFFERS = tuple((MEDIA_TYPES[form],) for form in FORMS)


@router.api_route(PATH, methods=["GET", "HEAD"])
async def read_report(
    request: Request,
    answers: Answering,
    parameters: Annotated[ReportParameters, Depends(parsed(ReportParameters))],
) -> Response:
    """Return a report on points of entry. The slots for files limit concurrent reports: a report of the world takes 340
    MB.
    """
    form = parameters.f or _wanted(request)
    async with slot_for("files", request):
        return await unless_gone(request.receive, _report(request, answers, parameters, form))


async def _report(request: Request, answers: Answers, parameters: ReportParameters, form: Form) -> Response:
    """Build the response, after the connection to the database is released."""
    async with answers.reading() as connection:
        made = await _made(request, connection, parameters)
        ground = await ground_of(connection, made, form)
    if form == "json":
        content = await asyncio.to_thread(as_json, made)
        return tagged(request, content, MEDIA_TYPES["json"], {"Vary": "Accept"})
    path = await as_file(made, form, ground)
    if form == "html":
        try:
            policy = {HEADER: standalone_policy(style_hash())}
            return tagged(request, path.read_bytes(), MEDIA_TYPES["html"], {"Vary": "Accept"} | policy)
        finally:
            shutil.rmtree(path.parent, ignore_errors=True)
    named = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return HeldFileResponse(downloads_of(request).room, client_of(request), path, named, MEDIA_TYPES[form])


def _wanted(request: Request) -> Form:
    """Return the best match for `Accept`; JSON if `Accept` matches no format."""
    return FORMS[choose(accept_of(request), OFFERS)]


async def _made(request: Request, connection: AsyncConnection, parameters: ReportParameters) -> Made:
    area = parameters.place()
    await refuse_unknown_area(connection, area)
    root = root_of(request)
    if parameters.edition is not None:
        if parameters.on or parameters.compare or parameters.as_known_at:
            raise bad("edition", str(parameters.edition), "is frozen, with days and a moment of its own")
        return await found_edition(connection, area, parameters.edition, parameters.lang, root)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    figures = await gathered(connection, area, parameters.days(today()), knowledge)
    return Made(area, figures, parameters.lang, root)


async def refuse_unknown_area(connection: AsyncConnection, area: Area) -> None:
    """Check that the region or country exists, or raise BadParameters."""
    countries, regions = ([area.code] if area.code and area.level == level else [] for level in ("country", "region"))
    for unknown in await unknown_places(connection, countries, regions):
        raise bad("area", unknown.code, unknown.reason)


@router.api_route("/reports", methods=["GET", "HEAD"])
async def read_reports(request: Request, connection: Reading, _: Plain) -> Response:
    """Return the frozen editions with their errata, and the addresses of reports of the world and of regions."""
    on = last_cut_off(today())
    regions = [row for row in await connection.execute(regions_on(Days.on(on))) if row.kind == "iom"]
    places = [("World", {"level": "global"}), *((row.label, {"level": "region", "area": row.code}) for row in regions)]
    document = {
        "title": "Reports",
        "last_cut_off": on.isoformat(),
        "reports": [{"title": title, "href": address(request, PATH, **place)} for title, place in places],
        "editions": [
            {**one, "href": address(request, PATH, level=one["level"], area=one["area"], edition=one["number"])}
            for one in await listed_editions(connection)
        ],
        "links": self_links(request),
    }
    shown = await page_day(connection, None) if wants_html(request) else None
    return answer(request, "reports.html", document, path=PATH, shown=shown)
