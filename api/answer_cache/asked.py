"""What a request asks for, as far as its answer depends on it; or that its answer is nobody else's to see."""

import hashlib
from collections.abc import MutableMapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from api.answer_cache.kept_answers import Key
from api.answer_cache.revisions import Revision
from api.formats.format import FILES
from api.http.trusted_proxies import PREFIX
from api.parameter_bounds import MAX_QUERY_BYTES
from api.representation import KEY_IN_QUERY
from api.settings import project_directory, settings
from api.time_parameters import parse_moment, today

# First parts of the paths that anybody may read and that say only what the database and this program do.
PUBLIC = frozenset(
    (
        *("", "accessibility", "api", "api.html", "basemap", "changes.atom", "changes.json", "codes", "collections"),
        *("conformance", "crossings", "freshness", "functions", "map", "nearest", "ogcfeatureserver"),
        *("points-of-entry", "qgis", "regions", "signals", "sources", "static", "statistics", "styles", "symbols"),
        "tileMatrixSets",
    )
)
PRIVATE = frozenset((b"authorization", b"x-api-key", b"range"))
OF_FILES = frozenset(form.name for form in FILES)
MEDIA_TYPES_OF_FILES = tuple(form.media_type for form in FILES)
# What else of a request an answer depends on. The host stands in its links, unless there is one address for all.
ACCEPT, HOST_AND_ACCEPT = (b"accept",), (b"host", b"accept")


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
    query, headers = scope["query_string"], scope["headers"]
    if "/tiles/" in scope["path"]:
        return False
    if b"f=" in query:
        return dict(parse_qsl(query.decode("latin-1"))).get("f") in OF_FILES
    accepted = next((value.decode("latin-1") for name, value in headers if name == b"accept"), "")
    return accepted.startswith(MEDIA_TYPES_OF_FILES[1:])


def key_of(scope: MutableMapping[str, Any], revision: Revision) -> tuple[Key, bool]:
    """The key of the answer, and whether it is that of all time: what was known of a day, told at a past moment.

    Parameters count in whatever order they come. Record times are in the order of commits, so what was known at the
    moment of the last one or before is complete.
    """
    query = scope["query_string"]
    parts = sorted(query.split(b"&"), key=lambda part: part.partition(b"=")[0]) if query else []
    headers = scope["headers"]
    names = ACCEPT if settings().crossings_public_url else HOST_AND_ACCEPT
    repeated = tuple(value for name in names for given, value in headers if given == name)
    about = (scope["path"], tuple(parts), scope["scheme"], scope.get(PREFIX, ""), repeated)
    if _is_of_all_time(query, revision):
        return about, True
    return (*about, revision, today()), False


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
    text = repr((program(), key))
    return b'W/"' + hashlib.sha256(text.encode()).hexdigest()[:32].encode() + b'"'


@cache
def program() -> str:
    """A digest of the program, so that what a version before has answered is not taken for what this one would."""
    digest = hashlib.sha256()
    root = project_directory()
    for package in ("api", "models", "geo", "web/dist"):
        for path in sorted(path for path in (root / package).rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
