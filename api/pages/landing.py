"""The landing page and the conformance declaration (OGC API - Common Part 1)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.passed_parameters import PASSED_PARAMETERS_NOTE, QueryToForward
from api.collections.registry import NOTICE
from api.database.read_routing import get_reader
from api.parameters.operation import Operation
from api.parameters.page_day import find_page_day
from api.parameters.shared import Parameters
from api.responses.attribution import ATTRIBUTION, DESCRIPTION, TITLE
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import OPENAPI, build_self_links, build_url, is_html_requested, render_document
from api.values.datetimes import parse_moment
from models.queries.extent import count_register
from models.queries.filters import PointFilter, build_cached_statement
from models.tables.bitemporal import Days

SPEC_URL = "http://www.opengis.net/spec"
CONFORMANCE_CLASSES = {
    "ogcapi-common-1/1.0": ("core", "landing-page", "json", "html", "oas30"),
    "ogcapi-common-2/1.0": ("collections",),
    "ogcapi-features-1/1.0": ("core", "oas30", "geojson", "html"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": ("queryables", "queryables-query-parameters", "filter", "features-filter"),
    "ogcapi-features-4/1.0": ("create-replace-delete", "update", "optimistic-locking-etags", "features"),
    "ogcapi-features-5/1.0": (
        "schemas",
        "core-roles-features",
        "returnables-and-receivables",
        "queryables",
        "sortables",
    ),
    "ogcapi-tiles-1/1.0": (
        "core",
        "tileset",
        "tilesets-list",
        "geodata-tilesets",
        "mvt",
        "geojson",
        "datetime",
        "oas30",
    ),
    "tms/2.0": ("tilematrixset", "json-tilematrixset"),
    "cql2/1.0": (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        # The name of the class in a draft, which QGIS before 3.40 looks for.
        "basic-spatial-operators",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "array-functions",
        "property-property",
        "functions",
        "arithmetic",
    ),
}
CONFORMANCE = [f"{SPEC_URL}/{part}/conf/{name}" for part, names in CONFORMANCE_CLASSES.items() for name in names]


router = APIRouter()
LANDING_LINKS = (
    ("service-desc", "/api", OPENAPI, "The API as an OpenAPI 3.0 document"),
    ("service-doc", "/api.html", "text/html", "The API as a page"),
    ("conformance", "/conformance", "application/json", "Standards that the service conforms to"),
    ("data", "/collections", "application/json", "Collections of features"),
    ("http://www.opengis.net/def/rel/ogc/1.0/data", "/collections", "application/json", "Collections of features"),
    ("describedby", "/codes", "application/json", "Every code, with label and definition"),
    ("http://www.opengis.net/def/rel/ogc/1.0/functions", "/functions", "application/json", "Functions of filters"),
    ("related", "/days", "application/json", "Days with reports, and counts by week"),
    ("related", "/statistics", "application/json", "Counts and shares of points"),
    ("related", "/accessibility", "application/json", "Accessibility of countries"),
    ("related", "/signals", "application/json", "Countries whose points change fastest"),
    ("related", "/reports", "application/json", "Reports and their editions"),
    ("related", "/regions", "application/json", "Regions and their countries"),
    ("license", "/sources", "application/json", "Sources and licences"),
)
# Paths whose links carry the filters of items.
PATHS_WITH_FILTERS = {"/api", "/api.html", "/conformance", "/collections"}


@router.api_route("/", methods=["GET", "HEAD"])
@Operation("getLandingPage", f"Landing page; {PASSED_PARAMETERS_NOTE}", parameters=Parameters, answer="LandingPage")
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
        return render_document(request, "pages/landing.html", document)
    day = passed.get("datetime")
    async with (await get_reader(request)).open_read_connection() as connection:
        as_known_at = parse_moment(passed["as_known_at"]) if "as_known_at" in passed else None
        found = await find_page_day(connection, as_known_at)
        there = (
            None
            if found.has_reports
            else await _count_register(connection, PointFilter(Days.on(found.day), as_known_at))
        )
    shown = None if day else found.add_today_link(request, Days.on(found.today))
    return render_document(request, "pages/landing.html", document, shown=shown, day=day, found=found, there=there)


async def _count_register(connection: AsyncConnection, question: PointFilter) -> Row[*tuple[Any, ...]]:
    """Count the register's `points` and `countries`."""
    return (await connection.execute(*build_cached_statement(count_register, question))).one()


@router.api_route("/conformance", methods=["GET", "HEAD"])
@Operation("getConformance", "Standards that the service conforms to", parameters=Parameters, answer="Conformance")
async def read_conformance(request: Request, _: QueryToForward) -> Response:
    document = {"title": "Conformance", "conformsTo": CONFORMANCE, "links": build_self_links(request)}
    return render_document(request, "pages/conformance.html", document)


@router.api_route("/ogcfeatureserver{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def redirect_arcgis(request: Request, path: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(build_url(request, path or "/") + query, 307)
