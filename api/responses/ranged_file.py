"""File response with support for byte ranges (RFC 9110, 14)."""

from http import HTTPStatus

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from api.http.refusals import PROBLEM_TYPE, Refusal

REFUSALS = {
    400: Refusal(HTTPStatus.BAD_REQUEST, "invalid header `Range`; expected for example bytes=0-499"),
    416: Refusal(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "`Range` is outside the file"),
}
CONTENT_HEADERS = frozenset((b"content-type", b"content-length"))


class RangedFileResponse(FileResponse):
    """File response, whole or the part named by Range. A range outside the file gets a problem document."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: bytes | None = None

        async def send_problem(message: Message) -> None:
            nonlocal body
            if refusal := REFUSALS.get(message.get("status", 0)):
                body = refusal.build_body()
                kept = [(name, value) for name, value in message["headers"] if name not in CONTENT_HEADERS]
                own = [(b"content-type", PROBLEM_TYPE), (b"content-length", b"%d" % len(body))]
                message = {**message, "headers": [*kept, *own]}
            elif body is not None:
                message = {**message, "body": body}
            await send(message)

        await super().__call__(scope, receive, send_problem)
