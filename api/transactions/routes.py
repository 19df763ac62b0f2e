"""Routes to create, replace, change and remove items (OGC API - Features Part 4).

Nothing is overwritten: each edit is a submission. Removing a point retires it, removing a restriction retracts it, and
the history of both stays.
"""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api.callers import PRIVATE
from api.history import etag_of
from api.proposals import withdraw
from api.representation import address
from api.submissions.routes import STATUS, linked
from api.time_parameters import today
from api.transactions.edit import AskedEdit, Edit
from api.transactions.found_item import RestrictionItem
from api.transactions.point_rows import new_point
from api.transactions.restriction_rows import new_restriction
from api.transactions.sent_feature import Sent
from api.values.days import parse_day
from models.register import point_ids
from models.restriction_content import believed_on

router = APIRouter(prefix="/collections/{collection_id}/items")
Json = dict[str, Any]
NOTHING_TO_DO: Json = {"state": "published", "counts": {"rows": 0}, "problems": [], "rows": []}


@router.post("")
async def make_item(sent: Sent, edit: AskedEdit) -> Response:
    """Create a point of entry that is new to the register, or a restriction at an existing point."""
    is_point = edit.collection.id == "points-of-entry"
    rows = [new_point(sent)] if is_point else new_restriction(sent, today())
    answer = await edit.submitted(rows, sent.identity)
    if answer["state"] != "published":
        return _answered(edit, answer)
    created = answer["rows"][0]
    point = (await point_ids(edit.connection, [created["point"]]))[created["point"]]
    item_id = created["point"] if is_point else await _record(edit, point, rows)
    headers = {"Location": _item_address(edit, item_id), "ETag": await etag_of(edit.connection, point)}
    return JSONResponse(linked(edit.request, answer), 201, PRIVATE | headers)


@router.api_route("/{item_id}", methods=["PUT", "PATCH"])
async def change_item(sent: Sent, edit: AskedEdit, item_id: str) -> Response:
    """Change an item. PUT has the whole feature: an omitted property is cleared. PATCH has only the changes."""
    if (before := await edit.answered_before(sent.identity)) is not None:
        return _answered(edit, before)
    item = await edit.item(item_id)
    rows = item.changed(sent, is_whole=edit.request.method == "PUT")
    answer = await edit.submitted(rows, sent.identity) if rows else NOTHING_TO_DO
    headers = {"ETag": await etag_of(edit.connection, item.point)}
    if isinstance(item, RestrictionItem) and rows and not edit.dry_run:
        # A corrected record has another number.
        item_id = str(await _record(edit, item.point, rows))
    return _answered(edit, answer, headers | {"Content-Location": _item_address(edit, item_id)})


@router.delete("/{item_id}")
async def remove_item(edit: AskedEdit, item_id: str) -> Response:
    """Remove an item. A point that is only proposed was never public: it is withdrawn."""
    if (before := await edit.answered_before(b"")) is not None:
        return _answered(edit, before)
    item = await edit.item(item_id)
    if item.is_proposed:
        return await _withdrawn(edit, item_id)
    return _answered(edit, await edit.submitted(item.removed(), b""))


async def _withdrawn(edit: Edit, code: str) -> Response:
    async with edit.connection.begin_nested() as tried:
        await withdraw(edit.connection, code, edit.caller)
        if edit.dry_run:
            await tried.rollback()
    return Response(status_code=204, headers=PRIVATE)


def _answered(edit: Edit, answer: Json, headers: Json | None = None) -> Response:
    """Respond as for a submission, since an edit is a submission."""
    status = 200 if answer["state"] == "published" else STATUS[answer["state"]]
    response_headers = PRIVATE | (headers or {})
    if answer["state"] == "waiting":
        response_headers["Location"] = address(edit.request, f"/submissions/{answer['id']}")
    return JSONResponse(linked(edit.request, answer), status, response_headers)


async def _record(edit: Edit, point: int, rows: list[Json]) -> int | None:
    """Return the number of the current record on that day; it may be an older, longer record."""
    day = parse_day(rows[0]["valid_from"])
    number: int | None = await edit.connection.scalar(believed_on(point, day))
    return number


def _item_address(edit: Edit, item_id: object) -> str:
    return address(edit.request, f"/collections/{edit.collection.id}/items/{item_id}")
