"""PATCH of one point's entry in the register: a submission of one row as a merge patch (RFC 7396)."""

import datetime as dt
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.auth.dependencies import AuthenticatedCaller
from api.auth.session import PublishConnection
from api.exceptions import NotFound
from api.parameters.bounds import can_be_code
from api.parameters.operation import ONCE_HEADERS, list_patch_types
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import BooleanParameter
from api.register.history import fetch_history_etag
from api.submissions.limits import get_limits
from api.submissions.posted import parse_if_match
from api.submissions.raw_row import CLEAR_MARK
from api.submissions.readers.registry import read_submission
from api.submissions.response import PRIVATE_HEADERS, STATUS_CODES, UpdateOperation, add_record_links
from api.submissions.service import submit
from api.submissions.submission import IncomingSubmission
from models.recording.proposals import fetch_visible_point_id
from models.tables.point_properties import POINT_PROPERTIES

router = APIRouter(prefix="/points-of-entry")
ACTIONS = {"retired": "retire_point", "merged": "merge_point", "active": "reopen_point"}
CLEARABLE_COLUMNS = [each.edited_as for each in POINT_PROPERTIES if each.edited_as and each.is_clearable]


class PatchParameters(Parameters):
    """Parameters of a change."""

    dry_run: BooleanParameter = Field(None, description="Validate without saving.")


class PointChange(BaseModel):
    """Changes of a point from `valid_from` on (today if missing). A missing member leaves the value unchanged.

    The defaults here mean a missing member and are never read as sent values. null removes the country and the
    point on the other side, the codes and the opening hours; `lifecycle` merged needs a `successor`.
    """

    model_config = ConfigDict(extra="forbid")
    valid_from: str = ""
    name: str = ""
    poe_type: str = ""
    other_country: str | None = None
    longitude: float = 0
    latitude: float = 0
    iata: str | None = None
    icao: str | None = None
    unlocode: str | None = None
    official_status: str = ""
    counterpart: str | None = None
    evidence: str = ""
    opening_hours: str | None = None
    lifecycle: Literal["active", "retired", "merged", ""] = ""
    successor: str = ""
    source: str = ""
    source_url: str = ""
    comment: str = ""

    def build_row(self, code: str) -> dict[str, Any]:
        """Build the row of a submission with this change."""
        values = {name: getattr(self, name) for name in self.model_fields_set if name != "lifecycle"}
        cleared = {name: CLEAR_MARK for name in CLEARABLE_COLUMNS if name in values and values[name] is None}
        action = ACTIONS[self.lifecycle] if self.lifecycle else "change_point"
        return {"point": code, "action": action, **values, **cleared}


@router.patch("/{code}")
@UpdateOperation(
    "changePoint",
    "Change a point",
    answer="SubmissionAnswer",
    takes=list_patch_types(PointChange),
    statuses=(200, 202),
    headers=ONCE_HEADERS,
)
async def patch_point(
    request: Request,
    code: str,
    change: PointChange,
    caller: AuthenticatedCaller,
    parameters: Annotated[PatchParameters, Depends(build_query_parser(PatchParameters))],
    connection: PublishConnection,
) -> Response:
    """Submit the change. Respond as to a submission, with the new ETag of the point's history for the next If-Match."""
    countries = caller.countries | caller.reviewed_countries
    point = await fetch_visible_point_id(connection, code, countries) if can_be_code(code) else None
    if point is None:
        raise NotFound(f"unknown point of entry {code!r}")
    body = json.dumps([change.build_row(code)]).encode()
    raw = read_submission(body, "application/json", None, get_limits())
    answer = await submit(
        connection,
        caller,
        IncomingSubmission(body, "application/json", idempotency_key=request.headers.get("idempotency-key")),
        raw,
        dt.datetime.now(dt.UTC),
        if_match=parse_if_match(request),
        dry_run=bool(parameters.dry_run),
    )
    status = 200 if answer["state"] == "published" else STATUS_CODES[answer["state"]]
    headers = PRIVATE_HEADERS | {"ETag": await fetch_history_etag(connection, point)}
    return JSONResponse(add_record_links(request, answer), status, headers)
