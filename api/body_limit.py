"""No more of a body is read than any path needs, decoded: a sender without end fills neither memory nor disk."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.body_encoding import READ, GzipDecoder, UnreadableEncoding, body_encoding, forget_encoding
from api.settings import settings

LARGEST_BYTES = 64 * 1024
MOST_DIGITS = 18
# A form is a little larger than the file in it.
ROUND_A_FILE_BYTES = 10_000
TAKE_FILES = ("/submissions", "/hooks")


class BodyTooLarge(HTTPException):
    """FastAPI hides other exceptions that are met while it reads a body."""

    def __init__(self, largest_bytes: int) -> None:
        super().__init__(413, f"the body has more than {largest_bytes:,} bytes, which is the limit here")


class BodyLimit:
    """Middleware whose application reads bodies decoded, and meets BodyTooLarge where it reads beyond the limit.

    It meets UnreadableEncoding and DamagedBody too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            most_bytes = largest_bytes(scope["path"])
            receive = _limited(receive, announced_bytes(scope), most_bytes)
            if encoding := body_encoding(scope):
                forget_encoding(scope)
                receive = _decoded(receive, encoding, most_bytes)
        await self.app(scope, receive, send)


def _limited(receive: Receive, announced: int, most_bytes: int) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        if announced > most_bytes:
            raise BodyTooLarge(most_bytes)
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most_bytes:
            raise BodyTooLarge(most_bytes)
        return message

    return limited


def _decoded(receive: Receive, encoding: str, most_bytes: int) -> Receive:
    decoder = GzipDecoder()
    taken = 0

    async def decoded() -> Message:
        nonlocal taken
        message = await receive()
        body = message.get("body", b"")
        if body and encoding not in READ:
            raise UnreadableEncoding(encoding)
        # One byte more than is allowed is enough to know that there are too many.
        message["body"] = decoder.decode(body, most_bytes - taken + 1)
        taken += len(message["body"])
        if taken > most_bytes:
            raise BodyTooLarge(most_bytes)
        if message["type"] == "http.request" and not message.get("more_body", False):
            decoder.end()
        return message

    return decoded


def announced_bytes(scope: Scope) -> int:
    """How long the body is said to be; 0 where nothing is said."""
    length: bytes = dict(scope["headers"]).get(b"content-length", b"0")
    # Python converts no number of 5,000 digits.
    return int(length.lstrip(b"0")[:MOST_DIGITS] or 0) if length.isdigit() else 0


def largest_bytes(path: str) -> int:
    """How much of a body is read at the path."""
    if path.startswith(TAKE_FILES):
        return settings().crossings_submission_largest_bytes + ROUND_A_FILE_BYTES
    return LARGEST_BYTES
