"""Posted file, received and parsed before the request takes a database connection."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from api.asked_types import YesOrNo
from api.callers import KnownCaller
from api.parameters import Parameters, parsed
from api.submissions.incoming import Incoming
from api.submissions.limits import limits
from api.submissions.raw import RawSubmission
from api.submissions.reading import read
from api.submissions.upload import uploaded
from api.submissions.upload_room import UploadRoom


class PostParameters(Parameters):
    """Query parameters of a post."""

    dry_run: YesOrNo = Field(None, description="Say what would happen, and do nothing.")
    partial: YesOrNo = Field(None, description="Take the good rows of a file that also has bad ones.")


@dataclass(frozen=True, slots=True)
class Posted:
    """Posted file and its rows; `if_match` are the ETags that the sender has read, None without the header."""

    incoming: Incoming
    raw: RawSubmission
    dry_run: bool
    if_match: frozenset[str] | None


async def posted(
    request: Request, caller: KnownCaller, parameters: Annotated[PostParameters, Depends(parsed(PostParameters))]
) -> AsyncIterator[Posted]:
    """Receive and parse the file of an authenticated caller. Raises TooLarge, UnsupportedForm, Overloaded."""
    room: UploadRoom = request.app.state.uploads
    with room.open(caller.office_id) as take:
        body, media_type, file_name = await uploaded(request, limits().largest_bytes, take)
        raw = await asyncio.to_thread(read, body, media_type, file_name, limits())
        key = request.headers.get("idempotency-key")
        incoming = Incoming(body, media_type, file_name, bool(parameters.partial), key)
        yield Posted(incoming, raw, bool(parameters.dry_run), etags_seen(request))


def etags_seen(request: Request) -> frozenset[str] | None:
    """Return the ETags in `If-Match`; None without that header."""
    given = request.headers.get("if-match")
    return frozenset(tag.strip() for tag in given.split(",")) if given else None


PostedFile = Annotated[Posted, Depends(posted, scope="function")]
