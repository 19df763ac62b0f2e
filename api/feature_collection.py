"""A GeoJSON feature collection, written as its features arrive from the database."""

import datetime as dt
import json
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from fastapi import Request

from api.collections import Collection
from api.cursor import written
from api.knowledge import Knowledge
from api.representation import GEOJSON, Link, address, here, self_links, wants_html
from api.time_parameters import days_text, moment_text
from models.question import Question


class FeatureCollection:
    """One page of a collection that answers a question.

    Both clocks go into every link, so that a set of pages and a shared address stay exact while others write.
    """

    def __init__(
        self, request: Request, collection: Collection, question: Question, knowledge: Knowledge, matched: int
    ) -> None:
        self.request = request
        self.collection = collection
        self.clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
        self.matched = matched
        self.returned = 0

    async def text(self, chunks: AsyncIterable[Any]) -> AsyncIterator[str]:
        """The page in parts. `chunks` are rows of `feature_chunks`."""
        yield '{"type":"FeatureCollection","features":['
        end, more = None, False
        async for features, count, last, beyond in chunks:
            if features:
                yield f",{features}" if self.returned else features
                end = last
            self.returned += count
            more = more or beyond
        yield "]," + json.dumps(self._members(written(end) if end and more else None))[1:]

    def _members(self, next_after: str | None) -> dict[str, Any]:
        return {
            "numberMatched": self.matched,
            "numberReturned": self.returned,
            "timeStamp": self._time_stamp(),
            **self.clocks,
            "links": self._links(next_after),
        }

    def _time_stamp(self) -> str:
        """The time of the answer; of an answer as known at a moment, that moment, so that it never changes."""
        if "as_known_at" in self.request.query_params:
            return self.clocks["as_known_at"]
        return moment_text(dt.datetime.now(dt.UTC))

    def _links(self, next_after: Any) -> list[Link]:  # noqa: ANN401
        about = address(self.request, f"/collections/{self.collection.id}", f="json")
        links = [
            *self_links(self.request, json_type=GEOJSON, **self.clocks),
            {"rel": "collection", "type": "application/json", "href": about, "title": self.collection.title},
        ]
        if next_after is not None:
            href = here(self.request, **self.clocks, after=next_after)
            media_type = "text/html" if wants_html(self.request) else GEOJSON
            links.append({"rel": "next", "type": media_type, "href": href, "title": "Next page"})
        return links


async def started(parts: AsyncIterator[str]) -> AsyncIterator[str]:
    """The parts, the first two of which are there: a statement that fails does so before the answer has begun."""
    first = [await anext(parts), await anext(parts)]

    async def all_parts() -> AsyncIterator[str]:
        for part in first:
            yield part
        async for part in parts:
            yield part

    return all_parts()
