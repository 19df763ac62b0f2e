"""GeoJSON feature collection: the features as the database wrote them, with the members around them."""

import asyncio
import datetime as dt
import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from fastapi import Request
from sqlalchemy.exc import DBAPIError

from api.collections.database_errors import refuse_database_error
from api.collections.parameters import FeaturesParameters
from api.collections.query import FeatureQuery
from api.collections.registry import Collection
from api.database.prepared_statements import Row
from api.database.read_routing import DatabaseReader
from api.features.downloads.file_cache import get_downloads
from api.formats.format import PageFormat
from api.http.client import get_client_address
from api.parameters.pagination import encode_cursor
from api.parameters.places import refuse_unknown_codes
from api.responses.representation import (
    GEOJSON,
    Link,
    build_current_url,
    build_self_links,
    build_url,
    is_html_requested,
)
from api.settings import get_settings
from api.values.datetimes import format_days, format_moment
from models.queries.filters import FeatureFilter


class FeatureCollection:
    """One page of a collection. `row` is the row that `with_knowledge` selects.

    Every link has both clocks, so that a set of pages and a shared address stay exact while others write.
    """

    def __init__(
        self, request: Request, collection: Collection, question: FeatureFilter, row: Mapping[str, Any]
    ) -> None:
        self.request = request
        self.collection = collection
        self.row = row
        self.clocks = format_clocks(question, row["moment"])

    def render_json(self) -> bytes:
        """Render the page as JSON; the features stay as the database wrote them."""
        members = json.dumps(self._build_members())[1:].encode()
        return b"".join((b'{"type":"FeatureCollection","features":[', self.row["features"] or b"", b"],", members))

    def _build_members(self) -> dict[str, Any]:
        returned, matched = self.row["count"], self.row["matched"]
        return {
            "numberMatched": returned if matched is None else matched,
            "numberReturned": returned,
            "timeStamp": self._format_time_stamp(),
            **self.clocks,
            "links": self._build_links(),
        }

    def _format_time_stamp(self) -> str:
        """Format the time of the response; `as_known_at` if the request has it, so that its response never changes."""
        if "as_known_at" in self.request.query_params:
            return self.clocks["as_known_at"]
        return format_moment(dt.datetime.now(dt.UTC))

    def _build_links(self) -> list[Link]:
        about = build_url(self.request, f"/collections/{self.collection.id}", f="json")
        links = [
            *build_self_links(self.request, json_type=GEOJSON, **self.clocks),
            {"rel": "collection", "type": "application/json", "href": about, "title": self.collection.title},
        ]
        if self.row["more"]:
            href = build_current_url(self.request, **self.clocks, after=encode_cursor(self.row["last"]))
            media_type = "text/html" if is_html_requested(self.request) else GEOJSON
            links.append({"rel": "next", "type": media_type, "href": href, "title": "Next page"})
        return links


def format_clocks(question: FeatureFilter, moment: dt.datetime | None) -> dict[str, str]:
    """Format the days of the query, and the moment of the last change; the current time where no change exists yet."""
    as_of = moment or question.as_known_at or dt.datetime.now(dt.UTC)
    return {"datetime": format_days(question.days), "as_known_at": format_moment(as_of)}


def acquire_page_slot(request: Request, rows: int, format_: PageFormat) -> AbstractAsyncContextManager[None]:
    """Return a slot for a page of at most `rows` rows, or raise Overloaded; a small page needs no slot."""
    if rows <= format_.max_small_rows:
        return nullcontext()
    return get_downloads(request).pages.acquire_place(get_client_address(request))


# Responses of many megabytes built at the same time: each is in memory several times.
LARGE_PAGE_FEATURES = 2000
MAX_LARGE_PAGES = 2
_large_page_slots = asyncio.Semaphore(MAX_LARGE_PAGES)


async def fetch_page_row(
    answers: DatabaseReader, query: FeatureQuery, limit: int, parameters: FeaturesParameters
) -> Row:
    """Fetch the row of one page, as `FeatureQuery.page` describes. Raises BadParameters."""
    try:
        async with _large_page_slots if limit > LARGE_PAGE_FEATURES else nullcontext():
            row = await fetch_row(answers, query, limit, parameters.after)
    except DBAPIError as error:
        refuse_database_error(error, parameters)
        raise
    if row["unknown_countries"] or row["unknown_regions"]:
        refuse_unknown_codes(row["unknown_countries"], row["unknown_regions"])
    return row


async def fetch_row(answers: DatabaseReader, query: FeatureQuery, limit: int, after: str | None = None) -> Row:
    """Fetch the row of a page, as `FeatureQuery.page` describes; a query with a condition has a shorter time limit."""
    time_limit_s = get_settings().crossings_public_statement_timeout_s if query.condition else None
    return await answers.fetch_row(*query.select_page(limit, after), time_limit_s=time_limit_s)
