"""Cache key of a request, and the test of whether its response is public."""

import hashlib
from collections.abc import MutableMapping, Sequence
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl

from api.answer_cache.kept_answers import Key
from api.answer_cache.revisions import Revision
from api.formats.format import FILES, IN_ORDER
from api.formats.format import OFFERS as FORMATS
from api.http.accept import MAX_CACHED_CHARACTERS, Offer, choose
from api.http.public_paths import PUBLIC
from api.http.trusted_proxies import PREFIX
from api.parameter_bounds import MAX_QUERY_BYTES
from api.representation import DOCUMENTS, KEY_IN_QUERY, PAGE
from api.schemas import JSON_OFFERS
from api.settings import project_directory, settings
from api.tidy_rows import TABLES
from api.tiles.asked_tile import OFFERS as TILES
from api.time_parameters import parse_moment, today

PRIVATE = frozenset((b"authorization", b"x-api-key", b"range"))
OF_FILES = frozenset(form.name for form in FILES)
MEDIA_TYPES_OF_FILES = tuple(form.media_type for form in FILES[1:])
# Paths that ignore Accept, by their first part.
WITHOUT_ACCEPT = frozenset(
    (
        *("api", "api.html", "basemap", "changes.atom", "changes.json", "map", "qgis", "static", "styles", "symbols"),
        "tileMatrixSets",
    )
)
TILE = "/tiles/"
SCHEMAS = frozenset(("queryables", "sortables", "schema", "item-schema"))
# Representations an endpoint offers, by the last part of its path; for tiles, of any path with `TILE`.
OFFERS: dict[str, tuple[tuple[Offer, ...], ...]] = {
    "": (DOCUMENTS,),
    "items": (DOCUMENTS, FORMATS),
    TILE: (TILES,),
    **dict.fromkeys(SCHEMAS, (DOCUMENTS, JSON_OFFERS)),
    **dict.fromkeys(("accessibility", "signals", "statistics"), (DOCUMENTS, TABLES)),
}


def is_public(scope: MutableMapping[str, Any]) -> bool:
    """Return whether every client gets the same response. False for files, which are too large to cache."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    query = scope["query_string"]
    if len(query) > MAX_QUERY_BYTES or scope["path"].split("/", 2)[1] not in PUBLIC or KEY_IN_QUERY.encode() in query:
        return False
    headers = scope["headers"]
    return not any(name in PRIVATE for name, _ in headers) and not _wants_file(scope)


def _wants_file(scope: MutableMapping[str, Any]) -> bool:
    query = scope["query_string"]
    if TILE in scope["path"]:
        return False
    if b"f=" in query:
        return dict(parse_qsl(query.decode("latin-1"))).get("f") in OF_FILES
    accepted = _accepted(scope)
    if scope["path"].endswith("/items"):
        return IN_ORDER[_chosen(accepted, "items")[1]].is_file
    return accepted.startswith(MEDIA_TYPES_OF_FILES)


def key_of(scope: MutableMapping[str, Any], revision: Revision) -> tuple[Key, bool]:
    """Build the cache key, and return whether the response never changes: `datetime` with a past `as_known_at`.

    The order of parameters does not matter. Record times are in the order of commits, so data as known at the
    last commit or before is complete.
    """
    query = scope["query_string"]
    parts = sorted(query.split(b"&"), key=lambda part: part.partition(b"=")[0]) if query else []
    headers = scope["headers"]
    # Links contain the host, unless CROSSINGS_PUBLIC_URL sets one address for all.
    host = (
        None if settings().crossings_public_url else next((value for name, value in headers if name == b"host"), None)
    )
    about = (scope["path"], tuple(parts), scope["scheme"], scope.get(PREFIX, ""), host, _representation(scope, parts))
    if _is_of_all_time(query, revision):
        return about, True
    return (*about, revision, today()), False


def _accepted(scope: MutableMapping[str, Any]) -> str:
    """Return the header Accept; of several the first, which endpoints read."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"), "")


def wants_page(scope: MutableMapping[str, Any]) -> bool:
    """Return whether Accept prefers an HTML page for an error."""
    return choose(_accepted(scope), DOCUMENTS) == PAGE


def _representation(scope: MutableMapping[str, Any], parts: Sequence[bytes]) -> tuple[int, ...]:
    """Return the representations chosen by Accept: headers with the same choice share one ETag.

    Empty where the endpoint ignores Accept, or `f` names the format.
    """
    path = scope["path"]
    if path[1 : (path + "/").index("/", 1)] in WITHOUT_ACCEPT:
        return ()
    end = TILE if TILE in path else path[path.rindex("/") + 1 :]
    if end not in SCHEMAS and b"f=" in scope["query_string"] and _names_form(parts):
        return ()
    return _chosen(_accepted(scope), end if end in OFFERS else "")


@lru_cache(1024)
def _cached_choice(header: str, end: str) -> tuple[int, ...]:
    return tuple(choose(header, offers) for offers in OFFERS[end])


def _chosen(header: str, end: str) -> tuple[int, ...]:
    """Return the results of `choose` for the header, cached: most requests send one of a few headers."""
    chosen = _cached_choice if len(header) <= MAX_CACHED_CHARACTERS else _cached_choice.__wrapped__
    return chosen(header, end)


def _names_form(parts: Sequence[bytes]) -> bool:
    """Return whether `f` has a value and occurs once, without escapes in any name, so that it has one meaning."""
    forms = [part for part in parts if part.startswith(b"f=")]
    return len(forms) == 1 and len(forms[0]) > 2 and not any(b"%" in part.partition(b"=")[0] for part in parts)


def _is_of_all_time(query: bytes, revision: Revision) -> bool:
    if revision is None or b"as_known_at=" not in query or b"datetime=" not in query:
        return False
    given = dict(parse_qsl(query.decode("latin-1")))
    try:
        return parse_moment(given["as_known_at"]) <= revision and bool(given["datetime"])
    except (KeyError, ValueError):
        return False


def entity_tag(key: Key) -> bytes:
    """Build an ETag from the request, the revision and this program, so that a different response has another tag."""
    digest = _of_program().copy()
    digest.update(repr(key).encode())
    return b'W/"' + digest.hexdigest()[:32].encode() + b'"'


@cache
def _of_program() -> "hashlib._Hash":
    return hashlib.sha256(program().encode())


@cache
def program() -> str:
    """Return a digest of the program's files, so that a new version does not match ETags of an earlier version."""
    digest = hashlib.sha256()
    root = project_directory()
    for package in ("api", "models", "geo", "web/dist"):
        for path in sorted(path for path in (root / package).rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
