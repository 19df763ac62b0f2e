"""PATCH of one point's entry in the register: a submission of one row as a merge patch (RFC 7396)."""

import datetime as dt
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.asked_types import YesOrNo
from api.callers import KnownCaller
from api.connection import Publishing
from api.history import etag_of
from api.not_found import NotFound
from api.parameter_bounds import can_be_code
from api.parameters import Parameters, parsed
from api.submissions.door import submit
from api.submissions.incoming import Incoming
from api.submissions.limits import limits
from api.submissions.posted import etags_seen
from api.submissions.reading import read
from api.submissions.routes import PRIVATE, STATUS, linked
from api.submissions.row_values import CLEARS
from models.proposals import number_seen

router = APIRouter(prefix="/points-of-entry")
ACTIONS = {"retired": "retire_point", "merged": "merge_point", "active": "reopen_point"}
MAY_BE_TAKEN_AWAY = ("other_country", "counterpart", "iata", "icao", "unlocode", "opening_hours")


class PatchParameters(Parameters):
    """Parameters of a change."""

    dry_run: YesOrNo = Field(None, description="Say what would happen, and do nothing.")


class PointChange(BaseModel):
    """What of a point is to be otherwise from `valid_from` on (today if not given). What is not given stays.

    The values here stand for that, and are never taken for what was sent. null takes away the country and the
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
        cleared = {name: CLEARS for name in MAY_BE_TAKEN_AWAY if name in values and values[name] is None}
        action = ACTIONS[self.lifecycle] if self.lifecycle else "change_point"
        return {"point": code, "action": action, **values, **cleared}


@router.patch("/{code}")
async def change_point(
    request: Request,
    code: str,
    change: PointChange,
    caller: KnownCaller,
    parameters: Annotated[PatchParameters, Depends(parsed(PatchParameters))],
    connection: Publishing,
) -> Response:
    """Submit the change. Respond as to a submission, with the new ETag of the point's history for the next If-Match."""
    countries = caller.countries | caller.reviewed_countries
    point = await number_seen(connection, code, countries) if can_be_code(code) else None
    if point is None:
        raise NotFound(f"there is no point of entry {code!r}")
    body = json.dumps([change.build_row(code)]).encode()
    raw = read(body, "application/json", None, limits())
    answer = await submit(
        connection,
        caller,
        Incoming(body, "application/json", idempotency_key=request.headers.get("idempotency-key")),
        raw,
        dt.datetime.now(dt.UTC),
        if_match=etags_seen(request),
        dry_run=bool(parameters.dry_run),
    )
    status = 200 if answer["state"] == "published" else STATUS[answer["state"]]
    headers = PRIVATE | {"ETag": await etag_of(connection, point)}
    return JSONResponse(linked(request, answer), status, headers)
