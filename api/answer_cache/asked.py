"""What a request asks for, as far as its answer depends on it; or that its answer is nobody else's to see."""

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
# Paths that make nothing of Accept, by their first part.
WITHOUT_ACCEPT = frozenset(
    (
        *("api", "api.html", "basemap", "changes.atom", "changes.json", "map", "qgis", "static", "styles", "symbols"),
        "tileMatrixSets",
    )
)
TILE = "/tiles/"
SCHEMAS = frozenset(("queryables", "sortables", "schema", "item-schema"))
# What an endpoint chooses from, by the last part of its path; of tiles, whatever that is.
OFFERS: dict[str, tuple[tuple[Offer, ...], ...]] = {
    "": (DOCUMENTS,),
    "items": (DOCUMENTS, FORMATS),
    TILE: (TILES,),
    **dict.fromkeys(SCHEMAS, (DOCUMENTS, JSON_OFFERS)),
    **dict.fromkeys(("accessibility", "signals", "statistics"), (DOCUMENTS, TABLES)),
}


def is_public(scope: MutableMapping[str, Any]) -> bool:
    """Whether anybody who asks for this is given the same, and not a file, which is too large to keep."""
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
    """The key of the answer, and whether it is that of all time: what was known of a day, told at a past moment.

    Parameters count in whatever order they come. Record times are in the order of commits, so what was known at the
    moment of the last one or before is complete.
    """
    query = scope["query_string"]
    parts = sorted(query.split(b"&"), key=lambda part: part.partition(b"=")[0]) if query else []
    headers = scope["headers"]
    # The host stands in links, unless there is one address for all.
    host = (
        None if settings().crossings_public_url else next((value for name, value in headers if name == b"host"), None)
    )
    about = (scope["path"], tuple(parts), scope["scheme"], scope.get(PREFIX, ""), host, _representation(scope, parts))
    if _is_of_all_time(query, revision):
        return about, True
    return (*about, revision, today()), False


def _accepted(scope: MutableMapping[str, Any]) -> str:
    """Return the header Accept, the first if there are several: the one that endpoints read."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"), "")


def wants_page(scope: MutableMapping[str, Any]) -> bool:
    """Whether an error is answered as a page, as far as Accept decides."""
    return choose(_accepted(scope), DOCUMENTS) == PAGE


def _representation(scope: MutableMapping[str, Any], parts: Sequence[bytes]) -> tuple[int, ...]:
    """Return what the endpoint makes of Accept: an answer has one tag, whatever text asked for it.

    Nothing where it makes nothing of it, or `f` names the form.
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
    """What `choose` makes of the header, in less time: each request asks it of the same few headers."""
    chosen = _cached_choice if len(header) <= MAX_CACHED_CHARACTERS else _cached_choice.__wrapped__
    return chosen(header, end)


def _names_form(parts: Sequence[bytes]) -> bool:
    """Whether `f` has a value, and is written once and without escapes, so that nothing else can be read of it."""
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
    """A tag of what was asked, of the revision and of this program: another answer has another tag."""
    digest = _of_program().copy()
    digest.update(repr(key).encode())
    return b'W/"' + digest.hexdigest()[:32].encode() + b'"'


@cache
def _of_program() -> "hashlib._Hash":
    return hashlib.sha256(program().encode())


@cache
def program() -> str:
    """A digest of the program, so that what a version before has answered is not taken for what this one would."""
    digest = hashlib.sha256()
    root = project_directory()
    for package in ("api", "models", "geo", "web/dist"):
        for path in sorted(path for path in (root / package).rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
