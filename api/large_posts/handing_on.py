"""Large posts handed on to a process of its own, which is the same application."""

import logging
from collections.abc import AsyncIterator

import httpx
from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from api.body_limit import TAKE_FILES, announced_bytes, largest_bytes
from api.errors import problem
from api.http.body_encoding import body_encoding
from api.http.trusted_proxies import PREFIX, is_forwarding
from api.large_posts.process_apart import NotThere, ProcessApart

log = logging.getLogger(__name__)
# A weekly update of some hundred rows is a tenth of a second's work; of 10,000 rows, seconds.
LARGE_BYTES = 100_000
# A weekly update as CSV is packed to a tenth.
TIMES_PACKED = 10
# Of one connection, and not of what goes over it (RFC 9110, 7.6.1 and 10.1.1).
OF_THE_CONNECTION = {b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"expect"}


class LargePosts:
    """ASGI application: another one, but for large files that are posted, which the process apart answers."""

    def __init__(self, app: ASGIApp, apart: ProcessApart) -> None:
        self.app = app
        self.apart = apart

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_large_post(scope):
            await self.app(scope, receive, send)
            return
        try:
            async with self.apart.client() as client:
                response = await _answered(client, scope, receive)
        except ClientDisconnect:
            return
        except NotThere:
            # Slower for all who read meanwhile, and as right.
            log.exception("a large post is answered by the process that serves")
            await self.app(scope, receive, send)
            return
        await response(scope, receive, send)


def _is_large_post(scope: Scope) -> bool:
    """One that is larger than any that is read is refused by the application here, which reads nothing of it."""
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(TAKE_FILES):
        return False
    announced = announced_bytes(scope)
    large_bytes = LARGE_BYTES // TIMES_PACKED if body_encoding(scope) else LARGE_BYTES
    return large_bytes <= announced <= largest_bytes(scope["path"])


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    """What is sent, passed on as it comes: who has no key is refused before much of it is in memory.

    Raises ClientDisconnect if the client goes away, or was too slow, before the end.
    """
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _answered(client: httpx.AsyncClient, scope: Scope, receive: Receive) -> Response:
    headers = [header for header in scope["headers"] if not is_forwarding(header[0])]
    given = [(name, value) for name, value in headers if name not in OF_THE_CONNECTION]
    path = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    request = httpx.Request(
        "POST",
        httpx.URL("http://apart").copy_with(raw_path=path),
        headers=[*given, *_forwarding(scope)],
        content=_body(receive),
    )
    try:
        answer = await client.send(request, stream=True)
        content = b"".join([chunk async for chunk in answer.aiter_raw()])
    except httpx.TransportError:
        log.exception("the process that answers large posts failed")
        said = "Whether it was taken is not known: ask for it, or send it again with the same Idempotency-Key."
        return problem(Request(scope), 503, "The process that took it ended", said)
    response = Response(content, answer.status_code)
    response.raw_headers = [(name.lower(), value) for name, value in answer.headers.raw if _is_passed_on(name)]
    return response


def _forwarding(scope: Scope) -> list[tuple[bytes, bytes]]:
    """What the process apart is told of the client and the address that it asked, as proxies tell it."""
    client = scope["client"][0] if scope.get("client") else ""
    told = {"for": client, "proto": scope["scheme"], "prefix": scope.get(PREFIX, "")}
    return [(f"x-forwarded-{name}".encode(), value.encode()) for name, value in told.items() if value]


def _is_passed_on(name: bytes) -> bool:
    return name.lower() not in OF_THE_CONNECTION
