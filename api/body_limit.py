"""Middleware that limits request bodies: an endless body fills neither memory nor disk."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.body_encoding import READ, GzipDecoder, UnreadableEncoding, body_encoding, forget_encoding
from api.settings import settings

LARGEST_BYTES = 64 * 1024
MOST_DIGITS = 18
# A multipart form is slightly larger than its file.
ROUND_A_FILE_BYTES = 10_000
TAKE_FILES = ("/submissions", "/hooks")


class BodyTooLarge(HTTPException):
    """A body above the limit. An HTTPException, since FastAPI hides other exceptions raised while it reads a body."""

    def __init__(self, largest_bytes: int) -> None:
        super().__init__(413, f"the body has more than {largest_bytes:,} bytes, which is the limit here")


class BodyLimit:
    """Middleware that decodes bodies and limits their size.

    Reading the body raises BodyTooLarge beyond the limit, UnreadableEncoding or DamagedBody.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            max_bytes = largest_bytes(scope["path"])
            receive = _limited(receive, announced_bytes(scope), max_bytes)
            if encoding := body_encoding(scope):
                forget_encoding(scope)
                receive = _decoded(receive, encoding, max_bytes)
        await self.app(scope, receive, send)


def _limited(receive: Receive, announced: int, max_bytes: int) -> Receive:
    received_bytes = 0

    async def limited() -> Message:
        nonlocal received_bytes
        if announced > max_bytes:
            raise BodyTooLarge(max_bytes)
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > max_bytes:
            raise BodyTooLarge(max_bytes)
        return message

    return limited


def _decoded(receive: Receive, encoding: str, max_bytes: int) -> Receive:
    decoder = GzipDecoder()
    decoded_bytes = 0

    async def decoded() -> Message:
        nonlocal decoded_bytes
        message = await receive()
        body = message.get("body", b"")
        if body and encoding not in READ:
            raise UnreadableEncoding(encoding)
        # One byte above the limit is enough to detect a body that is too large.
        message["body"] = decoder.decode(body, max_bytes - decoded_bytes + 1)
        decoded_bytes += len(message["body"])
        if decoded_bytes > max_bytes:
            raise BodyTooLarge(max_bytes)
        if message["type"] == "http.request" and not message.get("more_body", False):
            decoder.end()
        return message

    return decoded


def announced_bytes(scope: Scope) -> int:
    """Parse the Content-Length header; 0 without a valid one."""
    length: bytes = dict(scope["headers"]).get(b"content-length", b"0")
    # int() refuses numbers of 5,000 digits.
    return int(length.lstrip(b"0")[:MOST_DIGITS] or 0) if length.isdigit() else 0


def largest_bytes(path: str) -> int:
    """Return the maximum size of a body at the path, in bytes."""
    if path.startswith(TAKE_FILES):
        return settings().crossings_submission_largest_bytes + ROUND_A_FILE_BYTES
    return LARGEST_BYTES
