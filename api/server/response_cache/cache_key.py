"""Cache key of a request, and the test of whether its response is public."""

import hashlib
from collections.abc import MutableMapping, Sequence
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl

from api.collections.json_schemas import JSON_OFFERS
from api.formats.format import FileFormat
from api.formats.registry import DISTINCT_FILE_FORMATS, FILE_FORMATS, FORMAT_ORDER
from api.formats.registry import OFFERS as FORMATS
from api.http.addresses import PREFIX_KEY
from api.http.public_paths import PUBLIC_PATHS
from api.parameters.bounds import MAX_QUERY_BYTES
from api.responses.accept import MAX_CACHED_CHARACTERS, Offer, choose_offer
from api.responses.csv_response import TABLE_TYPES
from api.responses.representation import DOCUMENT_TYPES, HTML_CHOICE, KEY_IN_QUERY
from api.server.response_cache.revision_watcher import Revision
from api.settings import get_project_directory, get_settings
from api.tiles.formats import OFFERS as TILES
from api.values.datetimes import get_today, parse_moment

Key = tuple[object, ...]
PRIVATE_HEADERS = frozenset((b"authorization", b"x-api-key", b"range"))
FILE_FORMAT_NAMES = frozenset(each.name for each in FILE_FORMATS)
FILE_MEDIA_TYPES = tuple(each.media_type for each in DISTINCT_FILE_FORMATS)
# Paths that ignore Accept, by their first part.
PATHS_WITHOUT_ACCEPT = frozenset(
    (
        *("api", "api.html", "basemap", "changes.atom", "changes.json", "map", "qgis", "static", "styles", "symbols"),
        "tileMatrixSets",
    )
)
TILE_PATH = "/tiles/"
SCHEMA_PATHS = frozenset(("queryables", "sortables", "schema", "item-schema"))
# Representations an endpoint offers, by the last part of its path; for tiles, of any path with `TILE`.
OFFERS_BY_PATH: dict[str, tuple[tuple[Offer, ...], ...]] = {
    "": (DOCUMENT_TYPES,),
    "items": (DOCUMENT_TYPES, FORMATS),
    TILE_PATH: (TILES,),
    **dict.fromkeys(SCHEMA_PATHS, (DOCUMENT_TYPES, JSON_OFFERS)),
    **dict.fromkeys(("accessibility", "signals", "statistics"), (DOCUMENT_TYPES, TABLE_TYPES)),
}


def is_public(scope: MutableMapping[str, Any]) -> bool:
    """Return whether every client gets the same response. False for files, which are too large to cache."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    query = scope["query_string"]
    if (
        len(query) > MAX_QUERY_BYTES
        or scope["path"].split("/", 2)[1] not in PUBLIC_PATHS
        or KEY_IN_QUERY.encode() in query
    ):
        return False
    headers = scope["headers"]
    return not any(name in PRIVATE_HEADERS for name, _ in headers) and not _is_file_request(scope)


def _is_file_request(scope: MutableMapping[str, Any]) -> bool:
    query = scope["query_string"]
    if TILE_PATH in scope["path"]:
        return False
    if b"f=" in query:
        return dict(parse_qsl(query.decode("latin-1"))).get("f") in FILE_FORMAT_NAMES
    accepted = _read_accept_header(scope)
    if scope["path"].endswith("/items"):
        return isinstance(FORMAT_ORDER[_choose_offers(accepted, "items")[1]], FileFormat)
    return accepted.startswith(FILE_MEDIA_TYPES)


def build_cache_key(scope: MutableMapping[str, Any], revision: Revision) -> tuple[Key, bool]:
    """Build the cache key, and return whether the response never changes: `datetime` with a past `as_known_at`.

    The order of parameters does not matter. Record times are in the order of commits, so data as known at the
    last commit or before is complete.
    """
    query = scope["query_string"]
    parts = sorted(query.split(b"&"), key=lambda part: part.partition(b"=")[0]) if query else []
    headers = scope["headers"]
    # Links contain the host, unless CROSSINGS_PUBLIC_URL sets one address for all.
    host = (
        None
        if get_settings().crossings_public_url
        else next((value for name, value in headers if name == b"host"), None)
    )
    about = (
        scope["path"],
        tuple(parts),
        scope["scheme"],
        scope.get(PREFIX_KEY, ""),
        host,
        _choose_representation(scope, parts),
    )
    if _is_immutable(query, revision):
        return about, True
    return (*about, revision, get_today()), False


def _read_accept_header(scope: MutableMapping[str, Any]) -> str:
    """Return the header Accept; of several the first, which endpoints read."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"), "")


def is_page_preferred(scope: MutableMapping[str, Any]) -> bool:
    """Return whether Accept prefers an HTML page for an error."""
    return choose_offer(_read_accept_header(scope), DOCUMENT_TYPES) == HTML_CHOICE


def _choose_representation(scope: MutableMapping[str, Any], parts: Sequence[bytes]) -> tuple[int, ...]:
    """Return the representations chosen by Accept: headers with the same choice share one ETag.

    Empty where the endpoint ignores Accept, or `f` names the format.
    """
    path = scope["path"]
    if path[1 : (path + "/").index("/", 1)] in PATHS_WITHOUT_ACCEPT:
        return ()
    end = TILE_PATH if TILE_PATH in path else path[path.rindex("/") + 1 :]
    if end not in SCHEMA_PATHS and b"f=" in scope["query_string"] and _has_single_format(parts):
        return ()
    return _choose_offers(_read_accept_header(scope), end if end in OFFERS_BY_PATH else "")


@lru_cache(1024)
def _choose_offers_cached(header: str, end: str) -> tuple[int, ...]:
    return tuple(choose_offer(header, offers) for offers in OFFERS_BY_PATH[end])


def _choose_offers(header: str, end: str) -> tuple[int, ...]:
    """Return the results of `choose` for the header, cached: most requests send one of a few headers."""
    chosen = _choose_offers_cached if len(header) <= MAX_CACHED_CHARACTERS else _choose_offers_cached.__wrapped__
    return chosen(header, end)


def _has_single_format(parts: Sequence[bytes]) -> bool:
    """Return whether `f` has one value that is not empty, without escapes in any name, so that it has one meaning."""
    formats = [part for part in parts if part.startswith(b"f=") and len(part) > 2]
    return len(formats) == 1 and not any(b"%" in part.partition(b"=")[0] for part in parts)


def _is_immutable(query: bytes, revision: Revision) -> bool:
    if revision is None or b"as_known_at=" not in query or b"datetime=" not in query:
        return False
    given = dict(parse_qsl(query.decode("latin-1")))
    try:
        return parse_moment(given["as_known_at"]) <= revision and bool(given["datetime"])
    except (KeyError, ValueError):
        return False


def build_etag(key: Key) -> bytes:
    """Build an ETag from the request, the revision and this program, so that a different response has another tag."""
    digest = _hash_program().copy()
    digest.update(repr(key).encode())
    return b'W/"' + digest.hexdigest()[:32].encode() + b'"'


@cache
def _hash_program() -> "hashlib._Hash":
    return hashlib.sha256(compute_program_digest().encode())


@cache
def compute_program_digest() -> str:
    """Return a digest of the program's files, so that a new version does not match ETags of an earlier version."""
    digest = hashlib.sha256()
    root = get_project_directory()
    for package in ("api", "models", "geo", "web/dist"):
        for path in sorted(path for path in (root / package).rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
