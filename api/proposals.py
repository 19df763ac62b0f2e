"""Points that an office proposed: visible to the offices concerned, accepted or declined by their reviewers."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import PRIVATE, Caller, Forbidden, KnownCaller, ReviewerCaller
from api.connection import Publishing, Reading
from api.not_found import NotFound
from api.offices import Bare
from api.parameter_bounds import can_be_code
from api.parameters import Parameters, parsed
from api.representation import address
from api.submissions.routes import Remark
from models.audit_trail import record_audit
from models.proposals import Proposal, accept, decline, proposal_of, proposed_points
from models.revision import begin_revision, take_turn

router = APIRouter(prefix="/points-of-entry")
Plain = Annotated[Parameters, Depends(parsed(Parameters))]
Json = dict[str, Any]


class NotProposed(ValueError):
    """Error: the point is already accepted; the message has its lifecycle."""


@router.get("/proposed")
async def read_proposed(request: Request, caller: KnownCaller, _: Plain, connection: Reading) -> Response:
    """List the proposed points of the countries for which the key writes or decides."""
    rows = (await connection.execute(proposed_points(sorted(caller.countries | caller.reviewed_countries)))).mappings()
    points = [_proposed(request, dict(row), caller) for row in rows]
    return JSONResponse(jsonable_encoder({"points": points}), headers=PRIVATE)


@router.post("/{code}/accept")
async def accept_point(
    request: Request, code: str, decision: Remark, caller: ReviewerCaller, _: Bare, connection: Publishing
) -> Response:
    """Publish the point, for all days since the proposed first day."""
    proposal = await _waiting(connection, code, caller)
    recorded_at = await begin_revision(connection, f"point {code} accepted")
    await accept(connection, proposal, recorded_at)
    return await _decided(request, connection, proposal, caller, decision, "accepted")


@router.post("/{code}/decline")
async def decline_point(
    request: Request, code: str, decision: Remark, caller: ReviewerCaller, _: Bare, connection: Publishing
) -> Response:
    """Decline the point, which was never public; its code stays taken."""
    proposal = await _waiting(connection, code, caller)
    recorded_at = await begin_revision(connection, f"point {code} declined")
    await decline(connection, proposal, recorded_at)
    return await _decided(request, connection, proposal, caller, decision, "declined")


async def withdraw(connection: AsyncConnection, code: str, caller: Caller) -> None:
    """Withdraw a proposal before its decision; any key that writes for its country may. The code stays taken.

    Raises NotFound, Forbidden, NotProposed.
    """
    proposal = await _proposal(connection, code, caller)
    if not caller.may_write(proposal.iso3):
        raise Forbidden(f"this key may not write for {proposal.iso3}")
    recorded_at = await begin_revision(connection, f"point {code} withdrawn")
    await decline(connection, proposal, recorded_at)
    await _keep_decision(connection, proposal, caller, "withdrawn", {})


async def _waiting(connection: AsyncConnection, code: str, caller: Caller) -> Proposal:
    """Return the proposal, for the caller to decide. Raises NotFound, Forbidden, NotProposed."""
    proposal = await _proposal(connection, code, caller)
    if not caller.may_review(proposal.iso3):
        raise Forbidden(f"this key does not decide for {proposal.iso3}")
    return proposal


async def _proposal(connection: AsyncConnection, code: str, caller: Caller) -> Proposal:
    """Return the proposal. Raises NotProposed, and NotFound also where the caller may not see the proposal."""
    await take_turn(connection)
    proposal = await proposal_of(connection, code) if can_be_code(code) else None
    if proposal is None or (proposal.pieces and not _has_a_say(caller, proposal)):
        raise NotFound(f"there is no point of entry {code!r}")
    if not proposal.pieces:
        raise NotProposed(f"the point {code} is {proposal.lifecycle}, and not proposed")
    return proposal


def _has_a_say(caller: Caller, proposal: Proposal) -> bool:
    return caller.may_write(proposal.iso3) or caller.may_review(proposal.iso3)


async def _decided(
    request: Request,
    connection: AsyncConnection,
    proposal: Proposal,
    caller: Caller,
    decision: Remark,
    outcome: str,
) -> Response:
    await _keep_decision(connection, proposal, caller, outcome, {"remark": decision.remark} if decision.remark else {})
    document = {"point": proposal.code, "decision": outcome}
    if outcome == "accepted":
        document["href"] = address(request, f"/collections/points-of-entry/items/{proposal.code}")
    return JSONResponse(document, headers=PRIVATE)


async def _keep_decision(
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


def _proposed(request: Request, row: Json, caller: Caller) -> Json:
    decisions = ("accept", "decline") if caller.may_review(row["country"]) else ()
    path = f"/points-of-entry/{row['code']}"
    return row | {"links": [{"rel": rel, "href": address(request, f"{path}/{rel}")} for rel in decisions]}
