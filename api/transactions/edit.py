"""An edit: its caller, its collection, and its way through the submission service."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import AuthenticatedCaller, Caller
from api.collections import Collection
from api.connection import PublishConnection
from api.receivables import find_property
from api.submissions.door import Refused, find_earlier_answer, refuse_moved_points, submit
from api.submissions.incoming import IncomingSubmission
from api.submissions.limits import get_limits
from api.submissions.posted import parse_if_match
from api.submissions.reading import read_submission
from api.transactions.allowed import EditableCollection
from api.transactions.found_item import PointItem, RestrictionItem, find_item
from api.transactions.sent_feature import EditParameters
from models.revision import acquire_write_lock

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EditContext:
    """Context that every edit has."""

    request: Request
    collection: Collection
    caller: Caller
    connection: AsyncConnection
    dry_run: bool

    def build_submission(self, body: bytes, sent: bytes) -> IncomingSubmission:
        """Build the submission. Equal edits have equal digests, independent of the data at that time."""
        asked = f"{self.request.method} {self.request.url.path}\n".encode()
        key = self.request.headers.get("idempotency-key")
        adds_item = self.request.method == "POST"
        return IncomingSubmission(body, "application/json", idempotency_key=key, sent=asked + sent, adds_item=adds_item)

    async def find_previous_response(self, sent: bytes) -> Json | None:
        """Find the response to an equal edit with the same Idempotency-Key. Take the write lock."""
        await acquire_write_lock(self.connection)
        return await find_earlier_answer(self.connection, self.caller, self.build_submission(b"", sent))

    async def fetch_item(self, item_id: str) -> PointItem | RestrictionItem:
        """Return the item for editing. Raise NotFound, NoLongerBelieved or PointMoved."""
        item = await find_item(self.connection, self.caller, self.collection, item_id)
        await refuse_moved_points(self.connection, [item.point], parse_if_match(self.request))
        return item

    async def submit_rows(self, rows: Sequence[Json], sent: bytes) -> Json:
        """Submit these rows and return the response. Raise the errors of `submit`, with properties, not columns."""
        # Half of a surrogate pair is escaped here, and refused by the reader.
        body = json.dumps({"rows": rows}).encode()
        raw = read_submission(body, "application/json", None, get_limits())
        incoming, now = self.build_submission(body, sent), dt.datetime.now(dt.UTC)
        how: Json = {"if_match": parse_if_match(self.request), "dry_run": self.dry_run}
        try:
            return await submit(self.connection, self.caller, incoming, raw, now, **how)
        except Refused as refused:
            raise type(refused)(_map_properties(self.collection, refused.answer)) from None


async def get_edit(
    request: Request,
    collection: EditableCollection,
    caller: AuthenticatedCaller,
    parameters: EditParameters,
    connection: PublishConnection,
) -> EditContext:
    """Return the requested edit (dependency)."""
    return EditContext(request, collection, caller, connection, bool(parameters.dry_run))


CurrentEdit = Annotated[EditContext, Depends(get_edit)]


def _map_properties(collection: Collection, answer: Json) -> Json:
    def rename_column(problem: Json) -> Json:
        return problem | ({"column": find_property(collection, problem["column"])} if "column" in problem else {})

    rows = [row | {"problems": [rename_column(each) for each in row.get("problems", ())]} for row in answer["rows"]]
    return answer | {"rows": rows, "problems": [rename_column(each) for each in answer["problems"]]}
