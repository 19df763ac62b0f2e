"""Posted file, received and parsed before the request takes a database connection."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from api.auth.dependencies import AuthenticatedCaller
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import BooleanParameter
from api.submissions.limits import get_limits
from api.submissions.readers.registry import read_submission
from api.submissions.rows import RawSubmission
from api.submissions.submission import IncomingSubmission
from api.submissions.upload import read_upload
from api.submissions.upload_space import UploadMemory


class PostParameters(Parameters):
    """Query parameters of a post."""

    dry_run: BooleanParameter = Field(None, description="Validate without saving.")
    partial: BooleanParameter = Field(None, description="Save the valid rows of a file that has invalid rows.")


@dataclass(frozen=True, slots=True)
class PostedSubmission:
    """Posted file and its rows; `if_match` are the ETags that the sender has read, None without the header."""

    incoming: IncomingSubmission
    raw: RawSubmission
    dry_run: bool
    if_match: frozenset[str] | None


async def receive_submission(
    request: Request,
    caller: AuthenticatedCaller,
    parameters: Annotated[PostParameters, Depends(build_query_parser(PostParameters))],
) -> AsyncIterator[PostedSubmission]:
    """Receive and parse the file of an authenticated caller. Raises TooLarge, UnsupportedForm, Overloaded."""
    room: UploadMemory = request.app.state.uploads
    with room.open(caller.office_id) as take:
        body, media_type, file_name = await read_upload(request, get_limits().max_bytes, take)
        raw = await asyncio.to_thread(read_submission, body, media_type, file_name, get_limits())
        key = request.headers.get("idempotency-key")
        incoming = IncomingSubmission(body, media_type, file_name, bool(parameters.partial), key)
        yield PostedSubmission(incoming, raw, bool(parameters.dry_run), parse_if_match(request))


def parse_if_match(request: Request) -> frozenset[str] | None:
    """Return the ETags in `If-Match`; None without that header."""
    given = request.headers.get("if-match")
    return frozenset(tag.strip() for tag in given.split(",")) if given else None


PostedFile = Annotated[PostedSubmission, Depends(receive_submission, scope="function")]
