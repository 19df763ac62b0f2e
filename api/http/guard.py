"""Guard of the application: trusted proxies, allowed hosts and security headers."""

import ipaddress
import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.addresses import (
    FOREIGN_HOST,
    FORWARDING_NAME,
    PREFIX_KEY,
    format_host,
    normalise_host,
    parse_address,
    parse_forwarding,
)
from api.http.content_policy import POLICY_HEADER, build_data_policy, build_page_policy
from api.settings import Settings, get_settings

# As in uvicorn: a proxy on the same machine sets the client and the scheme, but no host and prefix for links.
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
ANY_PROXY = "*"
SCHEMES = {"http", "https"}
PREFIX_PATTERN = re.compile(r"(/[A-Za-z0-9._~%-]+)+")
# A name that can be looked up has at most 253 characters (RFC 1035), and a port five.
MAX_HOST_CHARACTERS = 260
MAX_SHOWN_CHARACTERS = 100
# Health checks of containers use a temporary address as Host. It is removed, so that no response contains it.
HEALTH_PATH = "/health/"


class TrustedProxies:
    """ASGI middleware that restores requests from the headers of these proxies.

    A trusted proxy's `Forwarded` (RFC 7239), or `X-Forwarded-For` and `-Proto`, set the client and the scheme. If the
    operator names the proxy, `-Host` and `-Prefix` are read too. In the list of several proxies the outermost is
    first. The client is the last address that is not a trusted proxy's, since a client can send such headers too.
    """

    def __init__(self, app: ASGIApp, named: Collection[str] | None) -> None:
        """`named` are addresses, networks, or `*` for anybody; None trusts proxies on this machine."""
        self.app = app
        self.trusts_address = named is not None
        self.trusts_anybody = ANY_PROXY in (named or ())
        self.networks = [ipaddress.ip_network(each) for each in named or LOOPBACK_ADDRESSES if each != ANY_PROXY]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The headers are checked first: parsing the client's address took 5 % of the time of a small response.
        is_forwarded = scope["type"] == "http" and any(FORWARDING_NAME.fullmatch(name) for name, _ in scope["headers"])
        if is_forwarded and self._is_trusted(scope["client"][0] if scope.get("client") else ""):
            scope = self._restore_request(scope)
        await self.app(scope, receive, send)

    def _is_trusted(self, address: str) -> bool:
        """Return whether the address is a trusted proxy's. A connection over a Unix socket has no address."""
        if self.trusts_anybody:
            return True
        try:
            given = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(given in network for network in self.networks)

    def _restore_request(self, scope: Scope) -> Scope:
        said = parse_forwarding(scope["headers"])
        changed = dict(scope)
        scheme = next(iter(said["proto"]), "").lower()
        if scheme in SCHEMES:
            changed["scheme"] = scheme
        if client := self._find_client(said["for"]):
            changed["client"] = (client, 0)
        if self.trusts_address:
            prefix = next(iter(said["prefix"]), "").rstrip("/")
            changed[PREFIX_KEY] = prefix if PREFIX_PATTERN.fullmatch(prefix) else ""
            if host := next(iter(said["host"]), ""):
                others = [header for header in scope["headers"] if header[0] != b"host"]
                changed["headers"] = [*others, (b"host", host.encode("latin-1"))]
        return changed

    def _find_client(self, chain: list[str]) -> str | None:
        """Return the address nearest to us that is not a trusted proxy's; the farthest address if all are trusted."""
        addresses = [address for each in chain if (address := parse_address(each))]
        others = [address for address in addresses if not self._is_trusted(address)]
        return others[-1] if others else next(iter(addresses), None)


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
            host = normalise_host(given[0], scope["scheme"], scope.get("server"), self.names) if is_one else None
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
    return frozenset(map(format_host, said))


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


NAMES = (
    *("Accept-Ranges", "Allow", "Cache-Control", "Content-Crs", "Content-Disposition", "Content-Encoding"),
    *("Content-Location", "Content-Range", "Content-Type", "ETag", "Last-Modified", "Link", "Location"),
    *("OGC-NumberMatched", "OGC-NumberReturned", "Retry-After", "Vary", "WWW-Authenticate"),
)


class HeaderName(bytes):
    """A header name that keeps its case: uvicorn writes others in lower case."""

    __slots__ = ()

    def lower(self) -> bytes:
        return self


# Without names that uvicorn looks for, such as Content-Length.
NAMES_BY_LOWER_CASE = {name.lower().encode(): HeaderName(name.encode()) for name in NAMES}


def restore_header_case(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers, with names in the case that clients expect."""
    return tuple((NAMES_BY_LOWER_CASE.get(name, name), value) for name, value in headers)


Headers = tuple[tuple[bytes, bytes], ...]

POLICY_NAME = POLICY_HEADER.lower().encode()
CACHE_CONTROL = b"cache-control"
COMMON_HEADERS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    # An address may contain a key, as `api_key`.
    (b"referrer-policy", b"no-referrer"),
)
PAGE_HEADERS: Headers = (
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
# A year. Without `includeSubDomains`: subdomains may belong to others.
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
NO_STORE = (CACHE_CONTROL, b"no-store")
SCRIPTS = (b"text/javascript", b"application/javascript")
KEY_HEADERS = frozenset((b"authorization", b"x-api-key"))


class SecurityHeaders:
    """ASGI middleware that adds these headers to every response.

    A Content-Security-Policy or Cache-Control that the application sets is left unchanged. Responses to requests with
    a key are not stored by any cache.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._is_published_by_https = (get_settings().crossings_public_url or "").startswith("https:")
        script: Headers = ((POLICY_NAME, build_page_policy().encode()), *COMMON_HEADERS)
        self._data: Headers = ((POLICY_NAME, build_data_policy().encode()), *COMMON_HEADERS)
        # A web worker follows the policy of its script, not of the page that starts it.
        # Python 3.11 returns `application/javascript` for a script if the machine has no /etc/mime.types.
        self._by_media_type = {b"text/html": (*script, *PAGE_HEADERS)} | dict.fromkeys(SCRIPTS, script)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = self._add_headers(scope, message["status"], message.get("headers", ()))
                message["headers"] = restore_header_case(headers)
            await send(message)

        await self.app(scope, receive, send_guarded)

    def _add_headers(self, scope: Scope, status: int, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        media_type, has_policy, has_caching = b"", False, False
        for name, value in headers:
            if name == b"content-type":
                media_type = value
            elif name == CACHE_CONTROL:
                has_caching = True
            elif name == POLICY_NAME:
                has_policy = True
        added = self._by_media_type.get(media_type.partition(b";")[0], self._data)
        if has_policy or status == 304:
            # A browser replaces the stored headers of a page by the headers of a 304 (RFC 9111, 3.2). A 304 has no
            # media type, and the policy of data would break a page.
            added = added[1:]
        if self._is_published_by_https or scope["scheme"] == "https":
            added = (*added, STRICT_TRANSPORT)
        if not has_caching and _has_key(scope):
            added = (*added, NO_STORE)
        return (*headers, *added)


def _has_key(scope: Scope) -> bool:
    return any(name in KEY_HEADERS for name, _ in scope["headers"]) or b"api_key=" in scope["query_string"]


def guard_app(app: ASGIApp) -> ASGIApp:
    """Wrap the application: only our own hosts, and security headers on every response.

    A host from a proxy's header has to be ours too: a proxy may pass on a value from its client.
    """
    ours = SecurityHeaders(AllowedHosts(app, collect_allowed_hosts(get_settings())))
    return TrustedProxies(ours, get_settings().forwarded_allow_ips)
