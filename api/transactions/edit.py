"""An edit: its caller, its collection, and its way through the submission service."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import Caller, KnownCaller
from api.collections import Collection
from api.connection import Publishing
from api.receivables import property_of
from api.submissions.door import Refused, refuse_moved, sent_before, submit
from api.submissions.incoming import Incoming
from api.submissions.limits import limits
from api.submissions.posted import etags_seen
from api.submissions.reading import read
from api.transactions.allowed import EditableCollection
from api.transactions.found_item import PointItem, RestrictionItem, item_found
from api.transactions.sent_feature import EditParameters
from models.revision import take_turn

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """Context that every edit has."""

    request: Request
    collection: Collection
    caller: Caller
    connection: AsyncConnection
    dry_run: bool

    def incoming(self, body: bytes, sent: bytes) -> Incoming:
        """Build the submission. Equal edits have equal digests, independent of the data at that time."""
        asked = f"{self.request.method} {self.request.url.path}\n".encode()
        key = self.request.headers.get("idempotency-key")
        adds_item = self.request.method == "POST"
        return Incoming(body, "application/json", idempotency_key=key, sent=asked + sent, adds_item=adds_item)

    async def answered_before(self, sent: bytes) -> Json | None:
        """Find the response to an equal edit with the same Idempotency-Key. Take the write lock."""
        await take_turn(self.connection)
        return await sent_before(self.connection, self.caller, self.incoming(b"", sent))

    async def item(self, item_id: str) -> PointItem | RestrictionItem:
        """Return the item for editing. Raise NotFound, NoLongerBelieved or PointMoved."""
        item = await item_found(self.connection, self.caller, self.collection, item_id)
        await refuse_moved(self.connection, [item.point], etags_seen(self.request))
        return item

    async def submitted(self, rows: Sequence[Json], sent: bytes) -> Json:
        """Submit these rows and return the response. Raise the errors of `submit`, with properties, not columns."""
        # Half of a surrogate pair is escaped here, and refused by the reader.
        body = json.dumps({"rows": rows}).encode()
        raw = read(body, "application/json", None, limits())
        incoming, now = self.incoming(body, sent), dt.datetime.now(dt.UTC)
        how: Json = {"if_match": etags_seen(self.request), "dry_run": self.dry_run}
        try:
            return await submit(self.connection, self.caller, incoming, raw, now, **how)
        except Refused as refused:
            raise type(refused)(_by_property(self.collection, refused.answer)) from None


async def edit(
    request: Request,
    collection: EditableCollection,
    caller: KnownCaller,
    parameters: EditParameters,
    connection: Publishing,
) -> Edit:
    """Return the requested edit (dependency)."""
    return Edit(request, collection, caller, connection, bool(parameters.dry_run))


AskedEdit = Annotated[Edit, Depends(edit)]


def _by_property(collection: Collection, answer: Json) -> Json:
    def named(problem: Json) -> Json:
        return problem | ({"column": property_of(collection, problem["column"])} if "column" in problem else {})

    rows = [row | {"problems": [named(each) for each in row.get("problems", ())]} for row in answer["rows"]]
    return answer | {"rows": rows, "problems": [named(each) for each in answer["problems"]]}
