"""Points that an office proposed: visible to the offices concerned, accepted or declined by their reviewers."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import PRIVATE, AuthenticatedCaller, Caller, Forbidden, ReviewerCaller
from api.auth.session import PublishConnection, ReadConnection
from api.exceptions import NotFound
from api.offices.routes import JsonOnlyQuery
from api.parameters.bounds import can_be_code
from api.parameters.operation import JSON
from api.parameters.shared import Parameters, build_query_parser
from api.responses.representation import build_url
from api.submissions.response import UpdateOperation
from api.submissions.routes import Remark
from models.accounts.audit_trail import record_audit
from models.recording.proposals import Proposal, accept_proposal, decline_proposal, fetch_proposal, select_proposals
from models.tables.revision import acquire_write_lock, begin_revision

router = APIRouter(prefix="/points-of-entry")
CommonParameters = Annotated[Parameters, Depends(build_query_parser(Parameters))]
Json = dict[str, Any]


class NotProposed(ValueError):
    """Error: the point is already accepted; the message has its lifecycle."""


@router.get("/proposed")
@UpdateOperation("getProposedPoints", "Proposed points", answer="ProposedPointList")
async def list_proposed_points(
    request: Request, caller: AuthenticatedCaller, _: CommonParameters, connection: ReadConnection
) -> Response:
    """List the proposed points of the countries for which the key writes or decides."""
    rows = (await connection.execute(select_proposals(sorted(caller.countries | caller.reviewed_countries)))).mappings()
    points = [_add_links(request, dict(row), caller) for row in rows]
    return JSONResponse(jsonable_encoder({"points": points}), headers=PRIVATE)


@router.post("/{code}/accept")
@UpdateOperation(
    "acceptPoint", "Accept a point", answer="ProposalDecision", takes={JSON: Remark}, role="reviewer", fails=(409,)
)
async def accept_point(
    request: Request,
    code: str,
    decision: Remark,
    caller: ReviewerCaller,
    _: JsonOnlyQuery,
    connection: PublishConnection,
) -> Response:
    """Publish the point, for all days since the proposed first day."""
    proposal = await _require_reviewable(connection, code, caller)
    recorded_at = await begin_revision(connection, f"point {code} accepted")
    await accept_proposal(connection, proposal, recorded_at)
    return await _respond_with_decision(request, connection, proposal, caller, decision, "accepted")


@router.post("/{code}/decline")
@UpdateOperation(
    "declinePoint", "Decline a point", answer="ProposalDecision", takes={JSON: Remark}, role="reviewer", fails=(409,)
)
async def decline_point(
    request: Request,
    code: str,
    decision: Remark,
    caller: ReviewerCaller,
    _: JsonOnlyQuery,
    connection: PublishConnection,
) -> Response:
    """Decline the point, which was never public; its code stays taken."""
    proposal = await _require_reviewable(connection, code, caller)
    recorded_at = await begin_revision(connection, f"point {code} declined")
    await decline_proposal(connection, proposal, recorded_at)
    return await _respond_with_decision(request, connection, proposal, caller, decision, "declined")


async def withdraw_proposal(connection: AsyncConnection, code: str, caller: Caller) -> None:
    """Withdraw a proposal before its decision; any key that writes for its country may. The code stays taken.

    Raises NotFound, Forbidden, NotProposed.
    """
    proposal = await _require_proposal(connection, code, caller)
    if not caller.may_write(proposal.iso3):
        raise Forbidden(f"this key may not write for {proposal.iso3}")
    recorded_at = await begin_revision(connection, f"point {code} withdrawn")
    await decline_proposal(connection, proposal, recorded_at)
    await _record_decision(connection, proposal, caller, "withdrawn", {})


async def _require_reviewable(connection: AsyncConnection, code: str, caller: Caller) -> Proposal:
    """Return the proposal, for the caller to decide. Raises NotFound, Forbidden, NotProposed."""
    proposal = await _require_proposal(connection, code, caller)
    if not caller.may_review(proposal.iso3):
        raise Forbidden(f"this key may not review points of {proposal.iso3}")
    return proposal


async def _require_proposal(connection: AsyncConnection, code: str, caller: Caller) -> Proposal:
    """Return the proposal. Raises NotProposed, and NotFound also where the caller may not see the proposal."""
    await acquire_write_lock(connection)
    proposal = await fetch_proposal(connection, code) if can_be_code(code) else None
    if proposal is None or (proposal.pieces and not _can_see(caller, proposal)):
        raise NotFound(f"unknown point of entry {code!r}")
    if not proposal.pieces:
        raise NotProposed(f"the point {code} is {proposal.lifecycle}, not proposed")
    return proposal


def _can_see(caller: Caller, proposal: Proposal) -> bool:
    return caller.may_write(proposal.iso3) or caller.may_review(proposal.iso3)


async def _respond_with_decision(
    request: Request,
    connection: AsyncConnection,
    proposal: Proposal,
    caller: Caller,
    decision: Remark,
    outcome: str,
) -> Response:
    await _record_decision(
        connection, proposal, caller, outcome, {"remark": decision.remark} if decision.remark else {}
    )
    document = {"point": proposal.code, "decision": outcome}
    if outcome == "accepted":
        document["href"] = build_url(request, f"/collections/points-of-entry/items/{proposal.code}")
    return JSONResponse(document, headers=PRIVATE)


async def _record_decision(
    connection: AsyncConnection, proposal: Proposal, caller: Caller, outcome: str, detail: Json
) -> None:
    await record_audit(
        connection,
        at=dt.datetime.now(dt.UTC),
        api_key_id=caller.key_id,
        action=f"point.{outcome}",
        subject=f"point {proposal.code}",
        detail=detail,
    )


def _add_links(request: Request, row: Json, caller: Caller) -> Json:
    decisions = ("accept", "decline") if caller.may_review(row["country"]) else ()
    path = f"/points-of-entry/{row['code']}"
    return row | {"links": [{"rel": rel, "href": build_url(request, f"{path}/{rel}")} for rel in decisions]}
