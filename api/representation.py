"""Content negotiation, and the addresses of this service as its client sees them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api.bounded_cache import cache_short
from api.http.accept import choose
from api.http.trusted_proxies import PREFIX
from api.page_response import Page
from api.settings import settings

GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
STYLE = "application/vnd.mapbox.style+json"
HTML = ("text/html", "application/xhtml+xml")
# Media types of a document; programs that accept any JSON send one of the first group.
DOCUMENTS = (("application/json", GEOJSON, SCHEMA, OPENAPI.partition(";")[0], "application/problem+json"), HTML)
PAGE = 1
Link = dict[str, str]
# Characters of a header, or of a parameter in a link.
MAX_CACHED_CHARACTERS = 300
# Parameter with the key, for tools that cannot send a header. It grants no read access.
KEY_IN_QUERY = "api_key"
# No page of ours is deeper. An error page can be, and would repeat the path for each script.
DEEPEST_PATH = 12
# Path segment with the key, for form tools that accept only an address.
KEY_IN_PATH = "token"


def wants_html(request: Request) -> bool:
    """Return whether the request prefers a page: by `f`, and without it by `Accept`, JSON against HTML."""
    format_name = request.query_params.get("f")
    if format_name:
        return format_name == "html"
    return choose(accept_of(request), DOCUMENTS) == PAGE


def accept_of(request: Request) -> str:
    return request.headers.get("accept", "")


def root_of(request: Request) -> str:
    """Return the service's address without a slash at its end."""
    public, scope = settings().crossings_public_url, request.scope
    if public:
        return public.rstrip("/")
    path = scope.get("root_path", "") + scope.get(PREFIX, "")
    return _root(scope["scheme"], request.headers.get("host"), scope.get("server"), path)


@cache_short(256, MAX_CACHED_CHARACTERS)
def _root(scheme: str, host: str | None, server: tuple[str, int | None] | None, root_path: str) -> str:
    """Build the address as Starlette does. Cached, because each link of each response has it."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    scope = {"type": "http", "scheme": scheme, "headers": headers, "server": server, "root_path": root_path}
    return str(Request(scope).base_url).rstrip("/")


def address(request: Request, path: str, **query: object) -> str:
    """Build the absolute address of a path of this service; parameters that are None are left out."""
    pairs = [_escaped(name, str(value)) for name, value in query.items() if value is not None]
    return root_of(request) + quote(path) + (f"?{'&'.join(pairs)}" if pairs else "")


@cache_short(1024, MAX_CACHED_CHARACTERS)
def _escaped(name: str, value: str) -> str:
    """Encode a parameter. Cached: links repeat the same few parameters, a tenth of the time of a small response."""
    return urlencode({name: value}, safe=":/,")


def query_of(request: Request) -> dict[str, object]:
    """Return the parameters of the address, by name, without the API key, so that links never have it."""
    values = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
    return {name: value for name, value in values.items() if name != KEY_IN_QUERY}


def here(request: Request, **changed: object) -> str:
    """Build the address of this request with some parameters changed; None removes a parameter."""
    return address(request, request.scope["path"], **(query_of(request) | changed))


def self_links(request: Request, *, json_type: str = "application/json", **changed: object) -> list[Link]:
    """Build links to this document, with some parameters changed, and to its other representation."""
    path, query = request.scope["path"], query_of(request) | changed
    json_address, html_address = (address(request, path, **(query | {"f": form})) for form in ("json", "html"))
    as_json = {"href": json_address, "type": json_type, "title": "This document as JSON"}
    as_html = {"href": html_address, "type": "text/html", "title": "This document as a page"}
    current, other = (as_html, as_json) if wants_html(request) else (as_json, as_html)
    return [{"rel": "self", **current}, {"rel": "alternate", **other}]


def base_of(request: Request) -> str:
    """Build the service's address relative to this request, without a slash at its end: `.`, `..`, `../..`.

    With it pages load scripts and styles from their own origin, independent of Host and of proxies.
    """
    up = request.scope["path"].count("/") - 1
    return "/".join([".."] * min(up, DEEPEST_PATH)) or "."


def html_page(
    request: Request,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Render the template with its context and `root` and `base`: the absolute and the relative address.

    Every page of the service is rendered here, so that all have the notice of example data.
    """
    addressed = {**context, "root": root_of(request), "base": base_of(request)}
    return Page(request, template, addressed, status, {"Vary": "Accept", **(headers or {})})


def answer(request: Request, template: str, document: dict[str, Any], **context: object) -> Response:
    """Render the document as JSON, or as a page."""
    if wants_html(request):
        return html_page(request, template, {"document": document, **context})
    return JSONResponse(document, headers={"Vary": "Accept"})
