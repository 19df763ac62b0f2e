"""Security headers of every response (OWASP Secure Headers Project, ASVS 5.0 chapter 3.4)."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.allowed_hosts import AllowedHosts, collect_allowed_hosts
from api.http.content_policy import POLICY_HEADER, build_data_policy, build_page_policy
from api.http.trusted_proxies import TrustedProxies
from api.settings import get_settings

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
