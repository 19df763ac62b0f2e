"""The landing page and the conformance declaration (OGC API - Common Part 1)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import answering
from api.attribution import ATTRIBUTION, DESCRIPTION, TITLE
from api.collections import NOTICE
from api.conformance import CONFORMANCE
from api.example_notice import example_notes
from api.page_day import page_day
from api.passed_parameters import PassedOn
from api.representation import OPENAPI, address, answer, self_links, wants_html
from api.time_parameters import parse_moment
from models.question import Question, asked
from models.register_counts import counts_of_register
from models.time_axes import Days

router = APIRouter()
PARTS = (
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
ON_THE_WAY_TO_ITEMS = {"/api", "/api.html", "/conformance", "/collections"}


@router.api_route("/", methods=["GET", "HEAD"])
async def read_landing_page(request: Request, passed: PassedOn) -> Response:
    parts = [
        {
            "rel": rel,
            "type": media_type,
            "title": title,
            "href": address(request, path, **(passed if path in ON_THE_WAY_TO_ITEMS else {})),
        }
        for rel, path, media_type, title in PARTS
    ]
    document = {
        "title": TITLE,
        "description": DESCRIPTION,
        "attribution": " ".join([*await example_notes(request), ATTRIBUTION, NOTICE]),
        "links": [*self_links(request), *parts],
    }
    if not wants_html(request):
        return answer(request, "landing.html", document)
    day = passed.get("datetime")
    async with (await answering(request)).reading() as connection:
        as_known_at = parse_moment(passed["as_known_at"]) if "as_known_at" in passed else None
        found = await page_day(connection, as_known_at)
        there = None if found.has_reports else await _there_is(connection, Question(Days.on(found.day), as_known_at))
    shown = None if day else found.leading_to(request, Days.on(found.today))
    return answer(request, "landing.html", document, shown=shown, day=day, found=found, there=there)


async def _there_is(connection: AsyncConnection, question: Question) -> Row[*tuple[Any, ...]]:
    """Count the register's `points` and `countries`."""
    return (await connection.execute(*asked(counts_of_register, question))).one()


@router.api_route("/conformance", methods=["GET", "HEAD"])
async def read_conformance(request: Request, _: PassedOn) -> Response:
    document = {"title": "Conformance", "conformsTo": CONFORMANCE, "links": self_links(request)}
    return answer(request, "conformance.html", document)
