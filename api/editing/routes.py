"""Routes to create, replace, change and remove items (OGC API - Features Part 4).

Nothing is overwritten: each edit is a submission. Removing a point retires it, removing a restriction retracts it, and
the history of both stays.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import PRIVATE, AuthenticatedCaller, Caller
from api.auth.session import PublishConnection
from api.collections.collection import EditingDefinition
from api.collections.operations import describe_each, format_item_schema
from api.collections.registry import Collection
from api.editing.current_item import ITEM_TYPES, PointItem, RestrictionItem
from api.editing.options import FEATURE_MEDIA_TYPES, MERGE_PATCH, EditableCollection, get_editing
from api.editing.request_body import EditParameters, RequestFeature
from api.parameters.operation import JSON, ONCE_HEADERS, Operation
from api.register.history import fetch_history_etag
from api.register.patch import PatchParameters
from api.register.proposals import withdraw_proposal
from api.responses.representation import GEOJSON, build_url
from api.submissions.limits import get_limits
from api.submissions.posted import parse_if_match
from api.submissions.readers.registry import read_submission
from api.submissions.repeats import find_earlier_answer
from api.submissions.response import STATUS_CODES, add_record_links
from api.submissions.service import Refused, refuse_moved_points, submit
from api.submissions.submission import IncomingSubmission
from api.values.days import parse_day
from models.queries.restriction_detail import select_current_restriction_id
from models.recording.register import fetch_point_ids
from models.tables.revision import acquire_write_lock

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EditContext:
    """Context that every edit has."""

    request: Request
    collection: Collection
    editing: EditingDefinition
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
        item_type = ITEM_TYPES[self.editing.kind]
        item = await item_type.find(self.connection, self.caller, self.collection, item_id)
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
            raise type(refused)(_map_properties(self.editing, refused.answer)) from None


async def get_edit(
    request: Request,
    collection: EditableCollection,
    caller: AuthenticatedCaller,
    parameters: EditParameters,
    connection: PublishConnection,
) -> EditContext:
    """Return the requested edit (dependency)."""
    return EditContext(request, collection, get_editing(collection), caller, connection, bool(parameters.dry_run))


CurrentEdit = Annotated[EditContext, Depends(get_edit)]


def _map_properties(editing: EditingDefinition, answer: Json) -> Json:
    def rename_column(problem: Json) -> Json:
        return problem | ({"column": editing.find_property(problem["column"])} if "column" in problem else {})

    rows = [row | {"problems": [rename_column(each) for each in row.get("problems", ())]} for row in answer["rows"]]
    return answer | {"rows": rows, "problems": [rename_column(each) for each in answer["problems"]]}


def _describe_edit(
    collection: Collection, id_: str, verb: str, takes: Mapping[str, str], statuses: tuple[int, ...] = (200, 202)
) -> Operation | None:
    if collection.editing is None:
        return None
    return Operation(
        id_,
        f"{verb} a {collection.item}",
        parameters=PatchParameters,
        answer="EditAnswer",
        gives=(JSON,),
        takes=takes,
        role="any",
        statuses=statuses,
        fails=(404, 409) if takes else (409,),
        headers=(*ONCE_HEADERS, "Content-Crs") if takes else ONCE_HEADERS,
    )


def _list_feature_types(collection: Collection) -> Mapping[str, str]:
    return dict.fromkeys(FEATURE_MEDIA_TYPES, f"New{format_item_schema(collection)}")


def _list_change_types(collection: Collection) -> Mapping[str, str]:
    return dict.fromkeys((MERGE_PATCH, JSON, GEOJSON), f"{format_item_schema(collection)}Change")


router = APIRouter(prefix="/collections/{collection_id}/items")
NO_CHANGES: Json = {"state": "published", "counts": {"rows": 0}, "problems": [], "rows": []}


@router.post("")
@describe_each(
    lambda collection: _describe_edit(
        collection, "createFeature", "Make", _list_feature_types(collection), (201, 202, 200)
    )
)
async def post_item(sent: RequestFeature, edit: CurrentEdit) -> Response:
    """Create a point of entry that is new to the register, or a restriction at an existing point."""
    item_type = ITEM_TYPES[edit.editing.kind]
    rows = item_type.build_new(sent)
    answer = await edit.submit_rows(rows, sent.identity)
    if answer["state"] != "published":
        return _build_response(edit, answer)
    created = answer["rows"][0]
    point = (await fetch_point_ids(edit.connection, [created["point"]]))[created["point"]]
    item_id = created["point"] if item_type.is_named_by_point else await _find_record(edit, point, rows)
    headers = {"Location": _build_item_address(edit, item_id), "ETag": await fetch_history_etag(edit.connection, point)}
    return JSONResponse(add_record_links(edit.request, answer), 201, PRIVATE | headers)


@router.put("/{item_id}")
@describe_each(
    lambda collection: _describe_edit(collection, "replaceFeature", "Replace", _list_feature_types(collection))
)
async def replace_item(sent: RequestFeature, edit: CurrentEdit, item_id: str) -> Response:
    """Replace an item by the whole feature: an omitted property is cleared."""
    return await _change_item(sent, edit, item_id, is_whole=True)


@router.patch("/{item_id}")
@describe_each(lambda collection: _describe_edit(collection, "updateFeature", "Change", _list_change_types(collection)))
async def update_item(sent: RequestFeature, edit: CurrentEdit, item_id: str) -> Response:
    """Update an item by the properties that change."""
    return await _change_item(sent, edit, item_id, is_whole=False)


async def _change_item(sent: RequestFeature, edit: CurrentEdit, item_id: str, *, is_whole: bool) -> Response:
    if (before := await edit.find_previous_response(sent.identity)) is not None:
        return _build_response(edit, before)
    item = await edit.fetch_item(item_id)
    rows = item.changed(sent, is_whole=is_whole)
    answer = await edit.submit_rows(rows, sent.identity) if rows else NO_CHANGES
    headers = {"ETag": await fetch_history_etag(edit.connection, item.point)}
    if rows and not item.is_named_by_point and not edit.dry_run:
        # A corrected record has another number.
        item_id = str(await _find_record(edit, item.point, rows))
    return _build_response(edit, answer, headers | {"Content-Location": _build_item_address(edit, item_id)})


@router.delete("/{item_id}")
@describe_each(
    lambda collection: _describe_edit(
        collection, "deleteFeature", "Retire" if collection.identity is str else "Take back", {}, (200, 202, 204)
    )
)
async def delete_item(edit: CurrentEdit, item_id: str) -> Response:
    """Remove an item. A point that is only proposed was never public: it is withdrawn."""
    if (before := await edit.find_previous_response(b"")) is not None:
        return _build_response(edit, before)
    item = await edit.fetch_item(item_id)
    if item.is_proposed:
        return await _withdraw_proposal(edit, item_id)
    return _build_response(edit, await edit.submit_rows(item.build_removal(), b""))


async def _withdraw_proposal(edit: EditContext, code: str) -> Response:
    async with edit.connection.begin_nested() as tried:
        await withdraw_proposal(edit.connection, code, edit.caller)
        if edit.dry_run:
            await tried.rollback()
    return Response(status_code=204, headers=PRIVATE)


def _build_response(edit: EditContext, answer: Json, headers: Json | None = None) -> Response:
    """Respond as for a submission, since an edit is a submission."""
    status = 200 if answer["state"] == "published" else STATUS_CODES[answer["state"]]
    response_headers = PRIVATE | (headers or {})
    if answer["state"] == "waiting":
        response_headers["Location"] = build_url(edit.request, f"/submissions/{answer['id']}")
    return JSONResponse(add_record_links(edit.request, answer), status, response_headers)


async def _find_record(edit: EditContext, point: int, rows: list[Json]) -> int | None:
    """Return the number of the current record on that day; it may be an older, longer record."""
    day = parse_day(rows[0]["valid_from"])
    number: int | None = await edit.connection.scalar(select_current_restriction_id(point, day))
    return number


def _build_item_address(edit: EditContext, item_id: object) -> str:
    return build_url(edit.request, f"/collections/{edit.collection.id}/items/{item_id}")
