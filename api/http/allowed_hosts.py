"""Host names that the service accepts, so that no foreign name gets into links, pages or caches."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.concurrency.bounded_cache import cache_short
from api.settings import Settings

# A name that can be looked up has at most 253 characters (RFC 1035), and a port five.
MAX_HOST_CHARACTERS = 260
MAX_SHOWN_CHARACTERS = 100
HOST_PATTERN = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[1-9][0-9]{0,4}))?")
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
PORT_OF_SCHEME = {"http": "80", "https": "443"}
LAST_PORT = 65535
FOREIGN_HOST = b""
# Health checks of containers use a temporary address as Host. It is removed, so that no response contains it.
HEALTH_PATH = "/health/"


class AllowedHosts:
    """ASGI middleware that passes on requests to one of these names, at any port, and answers all others with 400.

    Loopback names and the address that the client has connected to are allowed too. A request is passed on with
    exactly one Host, in lower case, without the default port of its scheme. X-Forwarded-Host is not read.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self.app = app
        self.names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == b"host"]
        if given or scope["http_version"] != "1.0":
            is_one = len(given) == 1 and len(given[0]) <= MAX_HOST_CHARACTERS
            host = _normalise_host(given[0], scope["scheme"], scope.get("server"), self.names) if is_one else None
            if host is None or (host == FOREIGN_HOST and not scope["path"].startswith(HEALTH_PATH)):
                await _build_refusal(given)(scope, receive, send)
                return
            if host != given[0]:
                scope = _replace_host(scope, host)
        await self.app(scope, receive, send)


def collect_allowed_hosts(settings: Settings) -> frozenset[str]:
    """Collect the configured names: the host of CROSSINGS_PUBLIC_URL, CROSSINGS_ALLOWED_HOSTS, and HOST."""
    public = urlsplit(settings.crossings_public_url or "").hostname
    said = {*settings.crossings_allowed_hosts, settings.host.lower(), *([public] if public else [])}
    return frozenset(map(_format_host, said))


@cache_short(256, 500)
def _normalise_host(
    given: bytes, scheme: str, server: tuple[str, int | None] | None, names: frozenset[str]
) -> bytes | None:
    """Return the normalised host, `FOREIGN_HOST` if it is not allowed, None for invalid text (RFC 9110, 7.2)."""
    found = HOST_PATTERN.fullmatch(given.decode("latin-1").lower())
    if found is None or int(found["port"] or 0) > LAST_PORT:
        return None
    name, port = _format_host(found["name"].removesuffix(".")), found["port"]
    if name not in names and name not in LOOPBACK and name != _format_host(server[0] if server else ""):
        return FOREIGN_HOST
    return name.encode() if port in {None, PORT_OF_SCHEME.get(scheme)} else f"{name}:{port}".encode()


def _format_host(name: str) -> str:
    """Format the name for a Host header: an IPv6 address in brackets, in its shortest form."""
    try:
        address = ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return name
    return f"[{address}]" if address.version == 6 else str(address)


def _replace_host(scope: Scope, host: bytes) -> Scope:
    others = [header for header in scope["headers"] if header[0] != b"host"]
    return {**scope, "headers": [*others, (b"host", host)] if host != FOREIGN_HOST else others}


def _build_refusal(given: list[bytes]) -> JSONResponse:
    """Build the problem document (RFC 9457). Not a page: its links would contain the refused host."""
    detail = "the request has no Host" if not given else "the request has more than one Host"
    if len(given) == 1:
        text = given[0].decode("latin-1")
        shown = text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"
        detail = (
            f"{shown!r} is not a name of this service. If it should be, its operator adds it to the setting "
            "CROSSINGS_ALLOWED_HOSTS, or sets CROSSINGS_PUBLIC_URL to the address that the public uses"
        )
    document = {"type": "about:blank", "title": "Unknown host", "status": 400, "detail": detail}
    return JSONResponse(document, 400, {"Cache-Control": "no-store"}, "application/problem+json")
