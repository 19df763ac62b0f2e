"""Routes of submissions: post a week, read its outcome, publish or return a waiting submission."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import AuthenticatedCaller, Caller
from api.auth.session import PublishConnection, ReadConnection, open_publish_connection
from api.database.read_routing import RoutedReader
from api.exceptions import NotFound
from api.offices.routes import JsonOnlyQuery
from api.parameters.hints import AllowedValues
from api.parameters.operation import CSV, JSON, ONCE_HEADERS
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import RowNumber
from api.responses.representation import GEOJSON, build_url
from api.submissions.posted import PostedFile, PostParameters
from api.submissions.readers.registry import ODS, XLSX
from api.submissions.response import PRIVATE_HEADERS, STATUS_CODES, UPDATE_STATUSES, UpdateOperation, add_record_links
from api.submissions.review import compute_changes, may_review, publish_waiting, read_waiting, return_waiting
from api.submissions.rows import RawSubmission
from api.submissions.service import Json, submit
from api.submissions.upload_space import UploadMemory
from api.values.datetimes import format_moment
from models.accounts.submissions import select_submission, select_submission_body, select_visible_submissions
from models.codes import list_codes

router = APIRouter(prefix="/submissions")
UPDATE_BODIES = {
    JSON: "UpdateRows",
    GEOJSON: "UpdateFeatures",
    CSV: "Text",
    **dict.fromkeys((XLSX, ODS, "application/vnd.ms-excel"), "File"),
    "multipart/form-data": "FileForm",
}
MAX_LISTED = 100
# Range of ids in the database.
SubmissionNumber = Annotated[int, Field(ge=1, lt=2**63)]


def _validate_state(text: str) -> str:
    if text not in list_codes("submission_state"):
        raise ValueError(f"is not a state; expected one of {', '.join(list_codes('submission_state'))}")
    return text


def _refuse_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("contains a NUL character")
    return text


SubmissionState = Annotated[str, AfterValidator(_validate_state), AllowedValues(list_codes("submission_state"))]


class ListParameters(Parameters):
    """Query parameters of the list of submissions."""

    state: SubmissionState | None = Field(None, description="State: published, waiting or returned.")
    after: RowNumber | None = Field(None, description="Page cursor, from a `next` link.")


class Remark(BaseModel):
    """Remark of a reviewer to the office."""

    model_config = ConfigDict(extra="forbid")
    remark: Annotated[str, AfterValidator(_refuse_nul)] = Field("", max_length=2000)


@router.post("")
@UpdateOperation(
    "postSubmission",
    "Post a weekly update",
    parameters=PostParameters,
    answer="SubmissionAnswer",
    takes=UPDATE_BODIES,
    statuses=UPDATE_STATUSES,
    headers=ONCE_HEADERS,
)
async def post_submission(
    request: Request, posted: PostedFile, caller: AuthenticatedCaller, connection: PublishConnection
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
    return _build_response(request, answer)


@router.get("")
@UpdateOperation(
    "getSubmissions",
    "Submissions of the office, and those it reviews",
    answer="SubmissionList",
)
async def list_submissions(
    request: Request,
    caller: AuthenticatedCaller,
    parameters: Annotated[ListParameters, Depends(build_query_parser(ListParameters))],
    connection: ReadConnection,
) -> Response:
    """List submissions of the caller's office and submissions that wait for its review; all offices for an admin."""
    seen = select_visible_submissions(
        None if caller.role == "admin" else caller.office_id,
        sorted(caller.reviewed_countries) if caller.role == "reviewer" else [],
        state=parameters.state,
        after=parameters.after,
    ).limit(MAX_LISTED + 1)
    found = (await connection.execute(seen)).all()
    document: Json = {"submissions": [_build_summary(request, row) for row in found[:MAX_LISTED]], "links": []}
    if len(found) > MAX_LISTED:
        href = build_url(request, "/submissions", state=parameters.state, after=found[MAX_LISTED - 1].id)
        document["links"].append({"rel": "next", "type": "application/json", "href": href})
    return JSONResponse(document, headers=PRIVATE_HEADERS)


@router.get("/{number}")
@UpdateOperation("getSubmission", "Outcome of each row", answer="Submission")
async def get_submission(
    request: Request, number: SubmissionNumber, caller: AuthenticatedCaller, answers: RoutedReader, _: JsonOnlyQuery
) -> Response:
    """Return the outcome row by row; for a waiting submission, the changes of publishing it now."""
    async with answers.open_read_connection() as connection:
        found = await _load_submission(connection, caller, number)
    answer = found.answer
    if found.decision == "waiting" and caller.role != "office":
        answer = await _compute_difference(request, caller, number)
    return JSONResponse(_build_summary(request, found) | add_record_links(request, answer), headers=PRIVATE_HEADERS)


async def _compute_difference(request: Request, caller: Caller, number: int) -> Json:
    uploads: UploadMemory = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        raw = await read_waiting(request.app.state.writers, caller, number, take)
        async with open_publish_connection(request, caller) as connection:
            return await compute_changes(connection, caller, number, raw)


@router.get("/{number}/body")
@UpdateOperation("getSubmissionBody", "The submitted file", gives=("*/*",))
async def get_submission_body(
    number: SubmissionNumber, caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: ReadConnection
) -> Response:
    """Return the file as received."""
    await _load_submission(connection, caller, number)
    stored = (await connection.execute(select_submission_body(number))).one()
    as_file = {"Content-Disposition": f"attachment; filename=submission-{number}", "X-Content-Type-Options": "nosniff"}
    return Response(stored.body, media_type=stored.media_type, headers=PRIVATE_HEADERS | as_file)


async def read_waiting_file(
    request: Request, number: SubmissionNumber, caller: AuthenticatedCaller
) -> AsyncIterator[RawSubmission]:
    """Read the rows of the waiting file as a dependency, before the request takes its turn to publish."""
    uploads: UploadMemory = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        yield await read_waiting(request.app.state.writers, caller, number, take)


@router.post("/{number}/publish")
@UpdateOperation(
    "publishSubmission",
    "Publish a waiting submission",
    answer="SubmissionAnswer",
    takes={JSON: Remark},
    role="reviewer",
    fails=(409, 422),
)
async def publish_submission(
    request: Request,
    number: SubmissionNumber,
    remark: Remark,
    caller: AuthenticatedCaller,
    _: JsonOnlyQuery,
    raw: Annotated[RawSubmission, Depends(read_waiting_file, scope="function")],
    connection: PublishConnection,
) -> Response:
    answer = await publish_waiting(connection, caller, number, raw, remark.remark or None, dt.datetime.now(dt.UTC))
    return _build_response(request, answer, status=200)


@router.post("/{number}/return")
@UpdateOperation(
    "returnSubmission",
    "Return a submission with a remark",
    answer="SubmissionAnswer",
    takes={JSON: Remark},
    role="reviewer",
    fails=(409,),
)
async def return_submission(
    request: Request,
    number: SubmissionNumber,
    remark: Remark,
    caller: AuthenticatedCaller,
    _: JsonOnlyQuery,
    connection: PublishConnection,
) -> Response:
    answer = await return_waiting(connection, caller, number, remark.remark, dt.datetime.now(dt.UTC))
    return _build_response(request, answer)


async def _load_submission(connection: AsyncConnection, caller: Caller, number: int) -> Any:  # noqa: ANN401 - a row
    """Load a submission of the caller's office or, for a reviewer, of its countries. Raises NotFound for others."""
    found = (await connection.execute(select_submission(number))).first()
    own = found is not None and found.office_id == caller.office_id
    if found is None or not (own or (caller.role != "office" and await may_review(connection, caller, number))):
        raise NotFound(f"unknown submission {number} of this key's office")
    return found


def _build_response(request: Request, answer: Json, *, status: int | None = None) -> Response:
    headers = dict(PRIVATE_HEADERS)
    if "id" in answer:
        headers["Location"] = build_url(request, f"/submissions/{answer['id']}")
    return JSONResponse(add_record_links(request, answer), status or STATUS_CODES[answer["state"]], headers)


def _build_summary(request: Request, row: Any) -> Json:  # noqa: ANN401 - a row of `submission_with_decision`
    return {
        "id": row.id,
        "href": build_url(request, f"/submissions/{row.id}"),
        "office": row.office,
        "key": row.key,
        "received_at": format_moment(row.received_at),
        "file_name": row.file_name,
        "media_type": row.media_type,
        "state": row.decision,
        "decided_at": format_moment(row.decided_at),
        "recorded_at": row.recorded_at and format_moment(row.recorded_at),
        "remark": row.remark,
        "counts": row.answer["counts"],
    }
