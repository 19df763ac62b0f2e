"""No more of a body is read than any path needs: a sender that goes on and on fills neither memory nor disk."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.submissions.limits import limits

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
    """Middleware whose application meets BodyTooLarge where it reads beyond the limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = _limited(receive, announced_bytes(scope), largest_bytes(scope["path"]))
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


def announced_bytes(scope: Scope) -> int:
    """How long the body is said to be; 0 where nothing is said."""
    length: bytes = dict(scope["headers"]).get(b"content-length", b"0")
    # Python converts no number of 5,000 digits.
    return int(length.lstrip(b"0")[:MOST_DIGITS] or 0) if length.isdigit() else 0


def largest_bytes(path: str) -> int:
    """How much of a body is read at the path."""
    if path.startswith(TAKE_FILES):
        return limits().largest_bytes + ROUND_A_FILE_BYTES
    return LARGEST_BYTES
