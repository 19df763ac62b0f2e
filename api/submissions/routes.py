"""Routes of submissions: post a week, read its outcome, publish or return a waiting submission."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answering
from api.callers import Caller, KnownCaller
from api.connection import Publishing, Reading, publishing_by
from api.messages.language import language_of
from api.not_found import NotFound
from api.number_parameters import RowNumber
from api.offices import Bare
from api.parameter_hints import OneOf
from api.parameters import Parameters, parsed
from api.representation import address, root_of
from api.submissions.answer import translate
from api.submissions.door import Json, submit
from api.submissions.posted import PostedFile
from api.submissions.raw import RawSubmission
from api.submissions.review import difference, may_review, publish_waiting, read_waiting, return_waiting
from api.submissions.upload_room import UploadRoom
from api.time_parameters import moment_text
from models.codes import codes
from models.submissions import body_of, submission_numbered, submissions_seen

router = APIRouter(prefix="/submissions")
STATUS = {"published": 201, "waiting": 202, "returned": 200, "dry_run": 200}
PRIVATE = {"Cache-Control": "no-store", "Vary": "Authorization, X-API-Key, Accept-Language"}
MOST_LISTED = 100
# Range of ids in the database.
Number = Annotated[int, Field(ge=1, lt=2**63)]


def _state(text: str) -> str:
    if text not in codes("submission_state"):
        raise ValueError(f"is not a state; those are {', '.join(codes('submission_state'))}")
    return text


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("contains a NUL character")
    return text


State = Annotated[str, AfterValidator(_state), OneOf(codes("submission_state"))]


class ListParameters(Parameters):
    """Query parameters of the list of submissions."""

    state: State | None = Field(None, description="published, waiting or returned.")
    after: RowNumber | None = Field(None, description="Where a page starts; written by `next` links.")


class Remark(BaseModel):
    """What a reviewer says to the office."""

    model_config = ConfigDict(extra="forbid")
    remark: Annotated[str, AfterValidator(_without_nul)] = Field("", max_length=2000)


@router.post("")
async def post_submission(
    request: Request, posted: PostedFile, caller: KnownCaller, connection: Publishing
) -> Response:
    answer = await submit(
        connection,
        caller,
        posted.incoming,
        posted.raw,
        dt.datetime.now(dt.UTC),
        if_match=posted.if_match,
        dry_run=posted.dry_run,
    )
    return _answered(request, answer)


@router.get("")
async def read_submissions(
    request: Request,
    caller: KnownCaller,
    parameters: Annotated[ListParameters, Depends(parsed(ListParameters))],
    connection: Reading,
) -> Response:
    """List submissions of the caller's office and submissions that wait for its review; all offices for an admin."""
    seen = submissions_seen(
        None if caller.role == "admin" else caller.office_id,
        sorted(caller.reviewed_countries) if caller.role == "reviewer" else [],
        state=parameters.state,
        after=parameters.after,
    ).limit(MOST_LISTED + 1)
    found = (await connection.execute(seen)).all()
    document: Json = {"submissions": [_summary(request, row) for row in found[:MOST_LISTED]], "links": []}
    if len(found) > MOST_LISTED:
        href = address(request, "/submissions", state=parameters.state, after=found[MOST_LISTED - 1].id)
        document["links"].append({"rel": "next", "type": "application/json", "href": href})
    return JSONResponse(document, headers=PRIVATE)


@router.get("/{number}")
async def read_submission(
    request: Request, number: Number, caller: KnownCaller, answers: Answering, _: Bare
) -> Response:
    """Return the outcome row by row; for a waiting submission, the changes of publishing it now."""
    async with answers.reading() as connection:
        found = await _seen(connection, caller, number)
    answer = found.answer
    if found.decision == "waiting" and caller.role != "office":
        answer = await _difference(request, caller, number)
    return JSONResponse(_summary(request, found) | linked(request, answer), headers=PRIVATE)


async def _difference(request: Request, caller: Caller, number: int) -> Json:
    uploads: UploadRoom = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        raw = await read_waiting(request.app.state.writers, caller, number, take)
        async with publishing_by(request, caller) as connection:
            return await difference(connection, caller, number, raw)


@router.get("/{number}/body")
async def read_body(number: Number, caller: KnownCaller, _: Bare, connection: Reading) -> Response:
    """Return the file as received."""
    await _seen(connection, caller, number)
    stored = (await connection.execute(body_of(number))).one()
    as_file = {"Content-Disposition": f"attachment; filename=submission-{number}", "X-Content-Type-Options": "nosniff"}
    return Response(stored.body, media_type=stored.media_type, headers=PRIVATE | as_file)


async def waiting_file(request: Request, number: Number, caller: KnownCaller) -> AsyncIterator[RawSubmission]:
    """Read the rows of the waiting file as a dependency, before the request takes its turn to publish."""
    uploads: UploadRoom = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        yield await read_waiting(request.app.state.writers, caller, number, take)


@router.post("/{number}/publish")
async def publish_submission(
    request: Request,
    number: Number,
    remark: Remark,
    caller: KnownCaller,
    _: Bare,
    raw: Annotated[RawSubmission, Depends(waiting_file, scope="function")],
    connection: Publishing,
) -> Response:
    answer = await publish_waiting(connection, caller, number, raw, remark.remark or None, dt.datetime.now(dt.UTC))
    return _answered(request, answer, status=200)


@router.post("/{number}/return")
async def return_submission(
    request: Request, number: Number, remark: Remark, caller: KnownCaller, _: Bare, connection: Publishing
) -> Response:
    answer = await return_waiting(connection, caller, number, remark.remark, dt.datetime.now(dt.UTC))
    return _answered(request, answer)


async def _seen(connection: AsyncConnection, caller: Caller, number: int) -> Any:  # noqa: ANN401 - a row
    """Load a submission of the caller's office or, for a reviewer, of its countries. Raises NotFound for others."""
    found = (await connection.execute(submission_numbered(number))).first()
    own = found is not None and found.office_id == caller.office_id
    if found is None or not (own or (caller.role != "office" and await may_review(connection, caller, number))):
        raise NotFound(f"there is no submission {number} of this key's office")
    return found


def _answered(request: Request, answer: Json, *, status: int | None = None) -> Response:
    headers = dict(PRIVATE)
    if "id" in answer:
        headers["Location"] = address(request, f"/submissions/{answer['id']}")
    return JSONResponse(linked(request, answer), status or STATUS[answer["state"]], headers)


def linked(request: Request, answer: Json) -> Json:
    """Translate the answer to the language of the request, and add the address of each new record.

    For a change of a point's entry, the address is the point's history.
    """
    root = root_of(request)
    answer = translate(answer, language_of(request))
    return answer | {"rows": [_with_address(root, row) for row in answer["rows"]]}


def _with_address(root: str, row: Json) -> Json:
    if "record" in row:
        return row | {"href": f"{root}/collections/restrictions/items/{row['record']}"}
    if "lifecycle" in row:
        is_public = row["lifecycle"] != "proposed"
        path = f"{quote(row['point'])}/history" if is_public else "proposed"
        return row | {"href": f"{root}/points-of-entry/{path}"}
    return row


def _summary(request: Request, row: Any) -> Json:  # noqa: ANN401 - a row of `submission_with_decision`
    return {
        "id": row.id,
        "href": address(request, f"/submissions/{row.id}"),
        "office": row.office,
        "key": row.key,
        "received_at": moment_text(row.received_at),
        "file_name": row.file_name,
        "media_type": row.media_type,
        "state": row.decision,
        "decided_at": moment_text(row.decided_at),
        "recorded_at": row.recorded_at and moment_text(row.recorded_at),
        "remark": row.remark,
        "counts": row.answer["counts"],
    }
