"""Feeds of published changes: Atom (RFC 4287, paged by RFC 5005) and JSON Feed 1.1."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.registry import NOTICE
from api.database.as_of import resolve_as_of
from api.database.read_connections import LimitedConnection
from api.formats.xml_text import clean_xml_text
from api.parameters.bounds import MAX_ITEM_CHARACTERS, MaxCharacters
from api.parameters.operation import Operation
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import Iso3s, Limit, Values
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import build_current_url, build_url
from api.settings import get_settings
from api.subscriptions.feeds.entry import (
    Json,
    build_change_json,
    format_change_cursor,
    format_change_text,
    format_change_title,
    parse_change_cursor,
)
from api.values.datetimes import format_moment, parse_moment
from api.values.days import DAY_PATTERN
from models.queries.change_log import ChangeCursor, ChangeLogFilter, select_change_log

router = APIRouter()
ATOM = "http://www.w3.org/2005/Atom"
ATOM_TYPE = "application/atom+xml"
JSON_FEED_TYPE = "application/feed+json"
# A tag URI (RFC 4151) names its author by a domain and a year in which the author owned the domain.
TAG_YEAR = 2026
TITLE = "Crossings: changes at points of entry"


def _parse_since(value: Any) -> dt.datetime | None:  # noqa: ANN401 - text from an address, or a default
    if not isinstance(value, str):
        return None
    return parse_moment(f"{value}T00:00:00Z" if DAY_PATTERN.fullmatch(value) else value)


def _parse_after(value: Any) -> ChangeCursor | None:  # noqa: ANN401 - text from an address, or a default
    return parse_change_cursor(value) if isinstance(value, str) else None


class ChangesParameters(Parameters):
    """Query parameters of the feeds."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes, as in /regions: IOM's, M49 or custom.")
    since: Annotated[dt.datetime | None, BeforeValidator(_parse_since)] = Field(
        None, description="Changes published at this moment or later. A date means its start, UTC."
    )
    limit: Limit = Field(100, description="Maximum changes on a page; at most 10,000.")
    after: Annotated[ChangeCursor | None, BeforeValidator(_parse_after), MaxCharacters(MAX_ITEM_CHARACTERS)] = Field(
        None, description="Page cursor, from a `next` link."
    )

    @field_validator("f")
    @classmethod
    def _has_one_form(cls, _: str) -> None:
        raise ValueError("the format is part of the address: /changes.atom or /changes.json")

    def build_filter(self) -> ChangeLogFilter:
        """Build the filter, with one change more than the page, to detect another page."""
        iso3s, regions = self.country or None, self.region or None
        return ChangeLogFilter(self.limit + 1, since=self.since, before=self.after, iso3s=iso3s, regions=regions)


ChangesQuery = Annotated[ChangesParameters, Depends(build_query_parser(ChangesParameters))]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of changes, newest first; `updated` is when the newest was published."""

    changes: Sequence[Json]
    updated: str
    next_address: str | None


@router.api_route("/changes.atom", methods=["GET", "HEAD"])
@Operation("getAtomFeed", "Published changes as an Atom feed", gives=(ATOM_TYPE,))
async def read_atom(request: Request, connection: LimitedConnection, parameters: ChangesQuery) -> Response:
    feed = build_atom_feed(
        request, await _fetch_page(request, connection, parameters), await fetch_example_notes(request)
    )
    return Response(ET.tostring(feed, encoding="utf-8", xml_declaration=True), media_type=ATOM_TYPE)


@router.api_route("/changes.json", methods=["GET", "HEAD"])
@Operation(
    "getJsonFeed",
    "Published changes as a JSON Feed",
    answer="JsonFeed",
    gives=(JSON_FEED_TYPE,),
)
async def read_json_feed(request: Request, connection: LimitedConnection, parameters: ChangesQuery) -> Response:
    page = await _fetch_page(request, connection, parameters)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "description": " ".join([*await fetch_example_notes(request), NOTICE]),
        "home_page_url": build_url(request, "/"),
        "feed_url": build_current_url(request),
        "language": "en",
        "items": [_build_json_item(request, change) for change in page.changes],
    }
    if page.next_address is not None:
        document["next_url"] = page.next_address
    return JSONResponse(document, media_type=JSON_FEED_TYPE)


async def _fetch_page(request: Request, connection: AsyncConnection, parameters: ChangesParameters) -> FeedPage:
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    all_rows = (await connection.execute(select_change_log(parameters.build_filter()))).all()
    rows = all_rows[: parameters.limit]
    updated = rows[0].recorded_at if rows else (await resolve_as_of(connection, None)).moment
    after = format_change_cursor(rows[-1]) if len(all_rows) > len(rows) else None
    return FeedPage(
        [build_change_json(row) for row in rows],
        format_moment(updated),
        build_current_url(request, after=after) if after else None,
    )


def build_atom_feed(request: Request, page: FeedPage, notes: Sequence[str] = ()) -> ET.Element:
    """Build the Atom document of the page."""
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(feed, "id", _build_tag_uri(request, "changes"))
    _add(feed, "title", TITLE)
    _add(feed, "subtitle", " ".join([*notes, NOTICE]))
    _add(feed, "updated", page.updated)
    _add(_add(feed, "author"), "name", "Crossings")
    _add(feed, "generator", "Crossings", uri=build_url(request, "/"))
    _add(feed, "link", rel="self", type=ATOM_TYPE, href=build_current_url(request))
    _add(feed, "link", rel="alternate", type="text/html", href=build_url(request, "/collections/restrictions/items"))
    if "after" in request.query_params:
        _add(feed, "link", rel="first", type=ATOM_TYPE, href=build_current_url(request, after=None))
    if page.next_address is not None:
        _add(feed, "link", rel="next", type=ATOM_TYPE, href=page.next_address)
    for change in page.changes:
        _add_entry(request, feed, change)
    return feed


def _add_entry(request: Request, feed: ET.Element, change: Json) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", _build_tag_uri(request, change["id"]))
    _add(entry, "title", format_change_title(change))
    _add(entry, "updated", change["recorded_at"])
    _add(entry, "published", change["recorded_at"])
    _add(_add(entry, "author"), "name", change["source"])
    _add(entry, "link", rel="alternate", type="text/html", href=_build_history_url(request, change, f="html"))
    _add(entry, "link", rel="related", type="application/json", href=_build_history_url(request, change, f="json"))
    _add(entry, "category", term=change["country"], label=change["country_name"])
    _add(entry, "content", format_change_text(change), type="text")


def _build_json_item(request: Request, change: Json) -> Json:
    return {
        "id": _build_tag_uri(request, change["id"]),
        "url": _build_history_url(request, change, f="html"),
        "title": format_change_title(change),
        "content_text": format_change_text(change),
        "date_published": change["recorded_at"],
        "authors": [{"name": change["source"]}],
        "tags": [change["country"]],
        "_crossings": change,
    }


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element; replace characters that XML cannot contain, which a comment may have."""
    element = ET.SubElement(parent, name, _escape_attributes(attributes))
    element.text = None if text is None else clean_xml_text(text)
    return element


def _escape_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_xml_text(value) for name, value in attributes.items()}


def _build_tag_uri(request: Request, specific: str) -> str:
    """Build an identifier that never changes and is the same on every page."""
    public = get_settings().crossings_public_url or str(request.base_url)
    return f"tag:{urlsplit(public).hostname},{TAG_YEAR}:{specific}"


def _build_history_url(request: Request, change: Json, *, f: str) -> str:
    return build_url(request, f"/points-of-entry/{change['code']}/history", f=f)
