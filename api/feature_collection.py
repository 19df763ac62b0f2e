"""GeoJSON feature collection: the features as the database wrote them, with the members around them."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request

from api.collections import Collection
from api.cursor import encode_cursor
from api.representation import GEOJSON, Link, build_current_url, build_self_links, build_url, is_html_requested
from api.time_parameters import format_days, format_moment
from models.question import FeatureFilter


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
