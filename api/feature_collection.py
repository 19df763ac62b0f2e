"""A GeoJSON feature collection: the features as the database wrote them, and what stands around them."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request

from api.collections import Collection
from api.cursor import written
from api.representation import GEOJSON, Link, address, here, self_links, wants_html
from api.time_parameters import days_text, moment_text
from models.question import Question


class FeatureCollection:
    """One page of a collection that answers a question. `row` is that of `with_knowledge`.

    Both clocks go into every link, so that a set of pages and a shared address stay exact while others write.
    """

    def __init__(self, request: Request, collection: Collection, question: Question, row: Mapping[str, Any]) -> None:
        self.request = request
        self.collection = collection
        self.row = row
        self.clocks = clocks_of(question, row["moment"])

    def content(self) -> bytes:
        """The page as JSON; the features are passed on as the database wrote them."""
        members = json.dumps(self._members())[1:].encode()
        return b"".join((b'{"type":"FeatureCollection","features":[', self.row["features"] or b"", b"],", members))

    def _members(self) -> dict[str, Any]:
        returned, matched = self.row["count"], self.row["matched"]
        return {
            "numberMatched": returned if matched is None else matched,
            "numberReturned": returned,
            "timeStamp": self._time_stamp(),
            **self.clocks,
            "links": self._links(),
        }

    def _time_stamp(self) -> str:
        """The time of the answer; of an answer as known at a moment, that moment, so that it never changes."""
        if "as_known_at" in self.request.query_params:
            return self.clocks["as_known_at"]
        return moment_text(dt.datetime.now(dt.UTC))

    def _links(self) -> list[Link]:
        about = address(self.request, f"/collections/{self.collection.id}", f="json")
        links = [
            *self_links(self.request, json_type=GEOJSON, **self.clocks),
            {"rel": "collection", "type": "application/json", "href": about, "title": self.collection.title},
        ]
        if self.row["more"]:
            href = here(self.request, **self.clocks, after=written(self.row["last"]))
            media_type = "text/html" if wants_html(self.request) else GEOJSON
            links.append({"rel": "next", "type": media_type, "href": href, "title": "Next page"})
        return links


def clocks_of(question: Question, moment: dt.datetime | None) -> dict[str, str]:
    """The days asked about, and the moment of the last change that is known of (None where there was none yet)."""
    known = moment or question.as_known_at or dt.datetime.now(dt.UTC)
    return {"datetime": days_text(question.days), "as_known_at": moment_text(known)}
