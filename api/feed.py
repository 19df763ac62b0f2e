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

from api.asked_types import Iso3s, Limit, Values
from api.change import Json, change_json, change_text, change_title, cursor_text, parse_cursor
from api.collections import NOTICE
from api.example_notice import example_notes
from api.formats.xml_text import xml_text
from api.knowledge import knowledge_at
from api.parameter_bounds import MAX_ITEM_CHARACTERS, MaxCharacters
from api.parameters import Parameters, parsed
from api.places import refuse_unknown_places
from api.representation import address, here
from api.server.limited_reading import LimitedReading
from api.settings import settings
from api.time_parameters import moment_text, parse_moment
from api.values.days import DAY
from models.changes import ChangesAsked, Cursor, changes

router = APIRouter()
ATOM = "http://www.w3.org/2005/Atom"
ATOM_TYPE = "application/atom+xml"
JSON_FEED_TYPE = "application/feed+json"
# A tag URI (RFC 4151) names its author by a domain and a year in which the author owned the domain.
TAG_YEAR = 2026
TITLE = "Crossings: changes at points of entry"


def _since(value: Any) -> dt.datetime | None:  # noqa: ANN401 - text from an address, or a default
    if not isinstance(value, str):
        return None
    return parse_moment(f"{value}T00:00:00Z" if DAY.fullmatch(value) else value)


def _cursor(value: Any) -> Cursor | None:  # noqa: ANN401 - text from an address, or a default
    return parse_cursor(value) if isinstance(value, str) else None


class ChangesParameters(Parameters):
    """Query parameters of the feeds."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions, as in /regions: IOM's, M49 or custom.")
    since: Annotated[dt.datetime | None, BeforeValidator(_since)] = Field(
        None, description="Changes published at this moment or later. A date stands for its beginning, UTC."
    )
    limit: Limit = Field(100, description="Changes in a page; 10,000 at most.")
    after: Annotated[Cursor | None, BeforeValidator(_cursor), MaxCharacters(MAX_ITEM_CHARACTERS)] = Field(
        None, description="Where a page starts; written by `next` links."
    )

    @field_validator("f")
    @classmethod
    def _has_one_form(cls, _: str) -> None:
        raise ValueError("the end of the address says the form: /changes.atom or /changes.json")

    def asked(self) -> ChangesAsked:
        """Build the filter, with one change more than the page, to detect another page."""
        iso3s, regions = self.country or None, self.region or None
        return ChangesAsked(self.limit + 1, since=self.since, before=self.after, iso3s=iso3s, regions=regions)


Asked = Annotated[ChangesParameters, Depends(parsed(ChangesParameters))]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of changes, newest first; `updated` is when the newest was published."""

    changes: Sequence[Json]
    updated: str
    next_address: str | None


@router.api_route("/changes.atom", methods=["GET", "HEAD"])
async def read_atom(request: Request, connection: LimitedReading, parameters: Asked) -> Response:
    feed = atom_feed(request, await _page(request, connection, parameters), await example_notes(request))
    return Response(ET.tostring(feed, encoding="utf-8", xml_declaration=True), media_type=ATOM_TYPE)


@router.api_route("/changes.json", methods=["GET", "HEAD"])
async def read_json_feed(request: Request, connection: LimitedReading, parameters: Asked) -> Response:
    page = await _page(request, connection, parameters)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "description": " ".join([*await example_notes(request), NOTICE]),
        "home_page_url": address(request, "/"),
        "feed_url": here(request),
        "language": "en",
        "items": [_json_item(request, change) for change in page.changes],
    }
    if page.next_address is not None:
        document["next_url"] = page.next_address
    return JSONResponse(document, media_type=JSON_FEED_TYPE)


async def _page(request: Request, connection: AsyncConnection, parameters: ChangesParameters) -> Page:
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    all_rows = (await connection.execute(changes(parameters.asked()))).all()
    rows = all_rows[: parameters.limit]
    updated = rows[0].recorded_at if rows else (await knowledge_at(connection, None)).moment
    after = cursor_text(rows[-1]) if len(all_rows) > len(rows) else None
    return Page([change_json(row) for row in rows], moment_text(updated), here(request, after=after) if after else None)


def atom_feed(request: Request, page: Page, notes: Sequence[str] = ()) -> ET.Element:
    """Build the Atom document of the page."""
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(feed, "id", _tag(request, "changes"))
    _add(feed, "title", TITLE)
    _add(feed, "subtitle", " ".join([*notes, NOTICE]))
    _add(feed, "updated", page.updated)
    _add(_add(feed, "author"), "name", "Crossings")
    _add(feed, "generator", "Crossings", uri=address(request, "/"))
    _add(feed, "link", rel="self", type=ATOM_TYPE, href=here(request))
    _add(feed, "link", rel="alternate", type="text/html", href=address(request, "/collections/restrictions/items"))
    if "after" in request.query_params:
        _add(feed, "link", rel="first", type=ATOM_TYPE, href=here(request, after=None))
    if page.next_address is not None:
        _add(feed, "link", rel="next", type=ATOM_TYPE, href=page.next_address)
    for change in page.changes:
        _add_entry(request, feed, change)
    return feed


def _add_entry(request: Request, feed: ET.Element, change: Json) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", _tag(request, change["id"]))
    _add(entry, "title", change_title(change))
    _add(entry, "updated", change["recorded_at"])
    _add(entry, "published", change["recorded_at"])
    _add(_add(entry, "author"), "name", change["source"])
    _add(entry, "link", rel="alternate", type="text/html", href=_history(request, change, f="html"))
    _add(entry, "link", rel="related", type="application/json", href=_history(request, change, f="json"))
    _add(entry, "category", term=change["country"], label=change["country_name"])
    _add(entry, "content", change_text(change), type="text")


def _json_item(request: Request, change: Json) -> Json:
    return {
        "id": _tag(request, change["id"]),
        "url": _history(request, change, f="html"),
        "title": change_title(change),
        "content_text": change_text(change),
        "date_published": change["recorded_at"],
        "authors": [{"name": change["source"]}],
        "tags": [change["country"]],
        "_crossings": change,
    }


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element; replace characters that XML cannot contain, which a comment may have."""
    element = ET.SubElement(parent, name, _carried(attributes))
    element.text = None if text is None else xml_text(text)
    return element


def _carried(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: xml_text(value) for name, value in attributes.items()}


def _tag(request: Request, specific: str) -> str:
    """Build an identifier that never changes and is the same on every page."""
    public = settings().crossings_public_url or str(request.base_url)
    return f"tag:{urlsplit(public).hostname},{TAG_YEAR}:{specific}"


def _history(request: Request, change: Json, *, f: str) -> str:
    return address(request, f"/points-of-entry/{change['code']}/history", f=f)
