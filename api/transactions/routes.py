"""Routes to create, replace, change and remove items (OGC API - Features Part 4).

Nothing is overwritten: each edit is a submission. Removing a point retires it, removing a restriction retracts it, and
the history of both stays.
"""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api.callers import PRIVATE
from api.history import fetch_history_etag
from api.proposals import withdraw_proposal
from api.representation import build_url
from api.submissions.routes import STATUS_CODES, add_record_links
from api.time_parameters import get_today
from api.transactions.edit import CurrentEdit, EditContext
from api.transactions.found_item import RestrictionItem
from api.transactions.point_rows import build_new_point
from api.transactions.restriction_rows import build_new_restriction
from api.transactions.sent_feature import RequestFeature
from api.values.days import parse_day
from models.register import fetch_point_ids
from models.restriction_content import select_current_restriction_id

router = APIRouter(prefix="/collections/{collection_id}/items")
Json = dict[str, Any]
NO_CHANGES: Json = {"state": "published", "counts": {"rows": 0}, "problems": [], "rows": []}


@router.post("")
async def post_item(sent: RequestFeature, edit: CurrentEdit) -> Response:
    """Create a point of entry that is new to the register, or a restriction at an existing point."""
    is_point = edit.collection.id == "points-of-entry"
    rows = [build_new_point(sent)] if is_point else build_new_restriction(sent, get_today())
    answer = await edit.submit_rows(rows, sent.identity)
    if answer["state"] != "published":
        return _build_response(edit, answer)
    created = answer["rows"][0]
    point = (await fetch_point_ids(edit.connection, [created["point"]]))[created["point"]]
    item_id = created["point"] if is_point else await _find_record(edit, point, rows)
    headers = {"Location": _build_item_address(edit, item_id), "ETag": await fetch_history_etag(edit.connection, point)}
    return JSONResponse(add_record_links(edit.request, answer), 201, PRIVATE | headers)


@router.api_route("/{item_id}", methods=["PUT", "PATCH"])
async def update_item(sent: RequestFeature, edit: CurrentEdit, item_id: str) -> Response:
    """Change an item. PUT has the whole feature: an omitted property is cleared. PATCH has only the changes."""
    if (before := await edit.find_previous_response(sent.identity)) is not None:
        return _build_response(edit, before)
    item = await edit.fetch_item(item_id)
    rows = item.changed(sent, is_whole=edit.request.method == "PUT")
    answer = await edit.submit_rows(rows, sent.identity) if rows else NO_CHANGES
    headers = {"ETag": await fetch_history_etag(edit.connection, item.point)}
    if isinstance(item, RestrictionItem) and rows and not edit.dry_run:
        # A corrected record has another number.
        item_id = str(await _find_record(edit, item.point, rows))
    return _build_response(edit, answer, headers | {"Content-Location": _build_item_address(edit, item_id)})


@router.delete("/{item_id}")
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
