"""The landing page and the conformance declaration (OGC API - Common Part 1)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import get_reader
from api.attribution import ATTRIBUTION, DESCRIPTION, TITLE
from api.collections import NOTICE
from api.conformance import CONFORMANCE
from api.example_notice import fetch_example_notes
from api.page_day import find_page_day
from api.passed_parameters import QueryToForward
from api.representation import OPENAPI, build_self_links, build_url, is_html_requested, render_document
from api.time_parameters import parse_moment
from models.question import FeatureFilter, build_cached_statement
from models.register_counts import count_register
from models.time_axes import Days

router = APIRouter()
LANDING_LINKS = (
    ("service-desc", "/api", OPENAPI, "The API as an OpenAPI 3.0 document"),
    ("service-doc", "/api.html", "text/html", "The API as a page"),
    ("conformance", "/conformance", "application/json", "Standards that the service conforms to"),
    ("data", "/collections", "application/json", "Collections of features"),
    ("http://www.opengis.net/def/rel/ogc/1.0/data", "/collections", "application/json", "Collections of features"),
    ("describedby", "/codes", "application/json", "Every code, with label and definition"),
    ("http://www.opengis.net/def/rel/ogc/1.0/functions", "/functions", "application/json", "Functions of filters"),
    ("related", "/days", "application/json", "Days with reports, and how many each week"),
    ("related", "/statistics", "application/json", "Counts and shares of points"),
    ("related", "/accessibility", "application/json", "How much of the entry to countries is open"),
    ("related", "/signals", "application/json", "Countries whose points change fastest"),
    ("related", "/reports", "application/json", "Reports and their editions"),
    ("related", "/regions", "application/json", "Regions and their countries"),
    ("license", "/sources", "application/json", "Sources and licences"),
)
# Paths whose links carry the filters of items.
PATHS_WITH_FILTERS = {"/api", "/api.html", "/conformance", "/collections"}


@router.api_route("/", methods=["GET", "HEAD"])
async def read_landing_page(request: Request, passed: QueryToForward) -> Response:
    parts = [
        {
            "rel": rel,
            "type": media_type,
            "title": title,
            "href": build_url(request, path, **(passed if path in PATHS_WITH_FILTERS else {})),
        }
        for rel, path, media_type, title in LANDING_LINKS
    ]
    document = {
        "title": TITLE,
        "description": DESCRIPTION,
        "attribution": " ".join([*await fetch_example_notes(request), ATTRIBUTION, NOTICE]),
        "links": [*build_self_links(request), *parts],
    }
    if not is_html_requested(request):
        return render_document(request, "landing.html", document)
    day = passed.get("datetime")
    async with (await get_reader(request)).open_read_connection() as connection:
        as_known_at = parse_moment(passed["as_known_at"]) if "as_known_at" in passed else None
        found = await find_page_day(connection, as_known_at)
        there = (
            None
            if found.has_reports
            else await _count_register(connection, FeatureFilter(Days.on(found.day), as_known_at))
        )
    shown = None if day else found.add_today_link(request, Days.on(found.today))
    return render_document(request, "landing.html", document, shown=shown, day=day, found=found, there=there)


async def _count_register(connection: AsyncConnection, question: FeatureFilter) -> Row[*tuple[Any, ...]]:
    """Count the register's `points` and `countries`."""
    return (await connection.execute(*build_cached_statement(count_register, question))).one()


@router.api_route("/conformance", methods=["GET", "HEAD"])
async def read_conformance(request: Request, _: QueryToForward) -> Response:
    document = {"title": "Conformance", "conformsTo": CONFORMANCE, "links": build_self_links(request)}
    return render_document(request, "conformance.html", document)
