"""An application asked without a client library, which would refuse much of what a hostile client sends."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

Header = tuple[str, str]


class Answered(NamedTuple):
    """The whole of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def send_request(
    app: Any, method: str, path: str, query: str = "", headers: Sequence[Header] = (), body: bytes = b""
) -> Answered:
    """The answer; `path` and `query` are as they stand in an address, with whatever has to be escaped."""
    sent = [("host", "test"), *headers]
    if body or method in {"POST", "PUT", "PATCH"}:
        sent.append(("content-length", str(len(body))))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in sent],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
        "state": {},
    }
    messages: list[Any] = []

    sent_all = False

    async def receive() -> dict[str, Any]:
        nonlocal sent_all
        if sent_all:
            # The client stays: what waits for it to leave would else turn without end.
            await asyncio.Event().wait()
        sent_all = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start, *parts = messages
    named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answered(start["status"], named, b"".join(part.get("body", b"") for part in parts))


def escape_value(value: str) -> str:
    """The value as it stands in an address; what is escaped already stays."""
    return value if value.startswith("%ED") else quote(value, safe=",:/")
