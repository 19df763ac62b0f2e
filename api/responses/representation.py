"""Content negotiation, and the addresses of this service as its client sees them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api.concurrency.bounded_cache import cache_short
from api.http.addresses import PREFIX_KEY
from api.responses.accept import choose_offer
from api.responses.html import Page
from api.settings import get_settings

GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
STYLE = "application/vnd.mapbox.style+json"
HTML_TYPES = ("text/html", "application/xhtml+xml")
# Media types of a document; programs that accept any JSON send one of the first group.
DOCUMENT_TYPES = (
    ("application/json", GEOJSON, SCHEMA, OPENAPI.partition(";")[0], "application/problem+json"),
    HTML_TYPES,
)
HTML_CHOICE = 1
Link = dict[str, str]
# Characters of a header, or of a parameter in a link.
MAX_CACHED_CHARACTERS = 300
# Parameter with the key, for tools that cannot send a header. It grants no read access.
KEY_IN_QUERY = "api_key"
# No page of ours is deeper. An error page can be, and would repeat the path for each script.
MAX_PATH_DEPTH = 12
# Path segment with the key, for form tools that accept only an address.
KEY_IN_PATH = "token"


def is_html_requested(request: Request) -> bool:
    """Return whether the request prefers a page: by `f`, and without it by `Accept`, JSON against HTML."""
    if format_name := get_format_name(request):
        return format_name == "html"
    return choose_offer(get_accept_header(request), DOCUMENT_TYPES) == HTML_CHOICE


def get_format_name(request: Request) -> str:
    """Return the value of `f`; empty values, which forms send, do not count."""
    return next(filter(None, reversed(request.query_params.getlist("f"))), "")


def get_accept_header(request: Request) -> str:
    return request.headers.get("accept", "")


def resolve_root_url(request: Request) -> str:
    """Return the service's address without a slash at its end."""
    public, scope = get_settings().crossings_public_url, request.scope
    if public:
        return public.rstrip("/")
    path = scope.get("root_path", "") + scope.get(PREFIX_KEY, "")
    return _build_root_url(scope["scheme"], request.headers.get("host"), scope.get("server"), path)


@cache_short(256, MAX_CACHED_CHARACTERS)
def _build_root_url(scheme: str, host: str | None, server: tuple[str, int | None] | None, root_path: str) -> str:
    """Build the address as Starlette does. Cached, because each link of each response has it."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    scope = {"type": "http", "scheme": scheme, "headers": headers, "server": server, "root_path": root_path}
    return str(Request(scope).base_url).rstrip("/")


def build_url(request: Request, path: str, **query: object) -> str:
    """Build the absolute address of a path of this service; parameters that are None are left out."""
    pairs = [_encode_parameter(name, str(value)) for name, value in query.items() if value is not None]
    return resolve_root_url(request) + quote(path) + (f"?{'&'.join(pairs)}" if pairs else "")


@cache_short(1024, MAX_CACHED_CHARACTERS)
def _encode_parameter(name: str, value: str) -> str:
    """Encode a parameter. Cached: links repeat the same few parameters, a tenth of the time of a small response."""
    return urlencode({name: value}, safe=":/,")


def get_query_values(request: Request) -> dict[str, object]:
    """Return the parameters of the address, by name, without the API key, so that links never have it."""
    values = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
    return {name: value for name, value in values.items() if name != KEY_IN_QUERY}


def build_current_url(request: Request, **changed: object) -> str:
    """Build the address of this request with some parameters changed; None removes a parameter."""
    return build_url(request, request.scope["path"], **(get_query_values(request) | changed))


def build_self_links(request: Request, *, json_type: str = "application/json", **changed: object) -> list[Link]:
    """Build links to this document, with some parameters changed, and to its other representation."""
    path, query = request.scope["path"], get_query_values(request) | changed
    json_address, html_address = (build_url(request, path, **(query | {"f": name})) for name in ("json", "html"))
    as_json = {"href": json_address, "type": json_type, "title": "This document as JSON"}
    as_html = {"href": html_address, "type": "text/html", "title": "This document as a page"}
    current, other = (as_html, as_json) if is_html_requested(request) else (as_json, as_html)
    return [{"rel": "self", **current}, {"rel": "alternate", **other}]


def build_page_links(request: Request, last: object, **changed: object) -> list[Link]:
    """Build the links of a page of a list: to itself, and to the page after `last`; None on the last page.

    `last` identifies the last item of the page, as the parameter `after` has it.
    """
    links = [{"rel": "self", "type": "application/json", "href": build_current_url(request, **changed)}]
    if last is not None:
        href = build_current_url(request, **changed, after=last)
        links.append({"rel": "next", "type": "application/json", "href": href})
    return links


def build_base_path(request: Request) -> str:
    """Build the service's address relative to this request, without a slash at its end: `.`, `..`, `../..`.

    With it pages load scripts and styles from their own origin, independent of Host and of proxies.
    """
    up = request.scope["path"].count("/") - 1
    return "/".join([".."] * min(up, MAX_PATH_DEPTH)) or "."


def render_page(
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
    addressed = {**context, "root": resolve_root_url(request), "base": build_base_path(request)}
    return Page(request, template, addressed, status, {"Vary": "Accept", **(headers or {})})


def render_document(request: Request, template: str, document: dict[str, Any], **context: object) -> Response:
    """Render the document as JSON, or as a page."""
    if is_html_requested(request):
        return render_page(request, template, {"document": document, **context})
    return JSONResponse(document, headers={"Vary": "Accept"})
