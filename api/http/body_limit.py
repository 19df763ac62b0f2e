"""Middleware that limits request bodies: an endless body fills neither memory nor disk."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.body_encoding import (
    SUPPORTED_ENCODINGS,
    GzipDecoder,
    UnsupportedEncoding,
    read_body_encoding,
    remove_encoding_headers,
)
from api.settings import get_settings

MAX_BODY_BYTES = 64 * 1024
MAX_DIGITS = 18
# A multipart form is slightly larger than its file.
FORM_OVERHEAD_BYTES = 10_000
FILE_PATHS = ("/submissions", "/hooks")


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
            max_bytes = get_max_body_bytes(scope["path"])
            receive = _limit_body(receive, parse_content_length(scope), max_bytes)
            if encoding := read_body_encoding(scope):
                remove_encoding_headers(scope)
                receive = _decode_body(receive, encoding, max_bytes)
        await self.app(scope, receive, send)


def _limit_body(receive: Receive, announced: int, max_bytes: int) -> Receive:
    received_bytes = 0

    async def receive_limited() -> Message:
        nonlocal received_bytes
        if announced > max_bytes:
            raise BodyTooLarge(max_bytes)
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > max_bytes:
            raise BodyTooLarge(max_bytes)
        return message

    return receive_limited


def _decode_body(receive: Receive, encoding: str, max_bytes: int) -> Receive:
    decoder = GzipDecoder()
    decoded_bytes = 0

    async def receive_decoded() -> Message:
        nonlocal decoded_bytes
        message = await receive()
        body = message.get("body", b"")
        if body and encoding not in SUPPORTED_ENCODINGS:
            raise UnsupportedEncoding(encoding)
        # One byte above the limit is enough to detect a body that is too large.
        message["body"] = decoder.decode(body, max_bytes - decoded_bytes + 1)
        decoded_bytes += len(message["body"])
        if decoded_bytes > max_bytes:
            raise BodyTooLarge(max_bytes)
        if message["type"] == "http.request" and not message.get("more_body", False):
            decoder.end()
        return message

    return receive_decoded


def parse_content_length(scope: Scope) -> int:
    """Parse the Content-Length header; 0 without a valid one."""
    length: bytes = dict(scope["headers"]).get(b"content-length", b"0")
    # int() refuses numbers of 5,000 digits.
    return int(length.lstrip(b"0")[:MAX_DIGITS] or 0) if length.isdigit() else 0


def get_max_body_bytes(path: str) -> int:
    """Return the maximum size of a body at the path, in bytes."""
    if path.startswith(FILE_PATHS):
        return get_settings().crossings_submission_largest_bytes + FORM_OVERHEAD_BYTES
    return MAX_BODY_BYTES
