"""Refusals that the server sends itself, without the application."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

RETRY_AFTER_S = 5
PROBLEM_TYPE = b"application/problem+json"


class Refusal(NamedTuple):
    status: HTTPStatus
    detail: str

    def build_body(self) -> bytes:
        """Return the problem document (RFC 9457)."""
        document = {"type": "about:blank", "title": self.status.phrase, "status": self.status, "detail": self.detail}
        return json.dumps(document).encode()

    def build_response(self, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
        """Return the whole HTTP/1.1 response, after which the connection is closed."""
        body = self.build_body()
        length = b"%d" % len(body)
        own = ((b"content-type", PROBLEM_TYPE), (b"content-length", length), (b"connection", b"close"))
        lines = [b"HTTP/1.1 %d %b\r\n" % (self.status, self.status.phrase.encode())]
        lines += [b"%b: %b\r\n" % header for header in (*headers, *own)]
        return b"".join((*lines, b"\r\n", body))


def build_refusing_app(detail: str) -> ASGIApp:
    """Build an application that responds with 503 and this detail, and closes the connection."""
    refusal = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    body = refusal.build_body()
    headers = [
        (b"content-type", PROBLEM_TYPE),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % RETRY_AFTER_S),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]

    async def refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return refuse
