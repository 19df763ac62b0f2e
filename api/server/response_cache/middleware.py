"""Response cache in front of the application: public responses are stored, compressed, tagged and computed once."""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.concurrency.bounded_cache import BoundedCache
from api.database.read_routing import REVISION
from api.http.body_encoding import ENCODERS, MIN_COMPRESSIBLE_BYTES, choose_encoding, is_compressible
from api.http.cors import PUBLIC_CORS_HEADERS
from api.http.refusals import PROBLEM_TYPE, Refusal
from api.responses.etag import matches_tag
from api.server.response_cache.cache_key import Key, build_cache_key, build_etag, is_page_preferred, is_public
from api.server.response_cache.revision_watcher import Revision, RevisionWatcher

Headers = tuple[tuple[bytes, bytes], ...]
CACHE_FOREVER = b"public, max-age=31536000, immutable"
# A browser revalidates after 5 s, a shared cache stores the response for a minute, and for a day while we are down.
CACHE_BRIEFLY = b"public, max-age=5, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"
CACHEABLE_STATUSES = frozenset((200, 204, 307))
# Bodies from this size on are compressed in another thread, so that the event loop stays free.
LARGE_BYTES = 100_000
REQUEST_HEADERS = frozenset((b"if-match", b"if-none-match", b"accept-encoding"))
# Refusal of a request whose If-Match names another version (RFC 9110, 13.1.1).
PRECONDITION_FAILED = Refusal(
    HTTPStatus.PRECONDITION_FAILED, "the resource has changed: `If-Match` names another version"
)
# Memory of a response beside its body: its headers and entries in the tables.
OVERHEAD_BYTES = 2000
# One response may take half of the store, so that it cannot drive out all others. The world's is 8 to 10 MB and has
# to fit: see the default of CROSSINGS_CACHE_BYTES.
MAX_PART = 2
# No map sends longer addresses and headers. Keys of 60 kB each once took 1.2 GB.
MAX_KEY_BYTES = 4000


@dataclass(slots=True)
class CachedResponse:
    """A finished response: its body uncompressed, and compressed in each encoding that was requested."""

    status: int
    headers: Headers
    body: bytes
    is_compressible: bool = False
    compressed: dict[str, bytes] = field(default_factory=dict)

    @property
    def tag(self) -> bytes | None:
        """ETag of a response with status 200, by which a client revalidates it."""
        tags = (value for name, value in self.headers if name == b"etag")
        return next(tags, None) if self.status == 200 else None

    @property
    def not_modified_headers(self) -> Headers:
        return tuple((name, value) for name, value in self.headers if name != b"content-type")

    @property
    def size_bytes(self) -> int:
        return OVERHEAD_BYTES + len(self.body) + sum(map(len, self.compressed.values()))


ResponseStore = BoundedCache[CachedResponse]


def build_response_store(max_bytes: int) -> ResponseStore:
    """Build a store of `max_bytes` in all; 0 stores nothing."""
    return BoundedCache(max_bytes, _weigh_response, max_part=MAX_PART)


def _weigh_response(key: Hashable, response: CachedResponse) -> int:
    return response.size_bytes + _measure_key(key)


def _measure_key(key: object) -> int:
    """Return the total length of texts and bytes in the key."""
    if isinstance(key, tuple):
        return sum(map(_measure_key, key))
    return len(key) if isinstance(key, str | bytes) else 0


class ResponseCache:
    """ASGI middleware that stores public responses in `store`. `shortcut` computes the same responses faster."""

    def __init__(
        self, app: ASGIApp, revisions: RevisionWatcher, store: ResponseStore, shortcut: ASGIApp | None = None
    ) -> None:
        self.app = app
        self.public_app = shortcut or app
        self.revisions = revisions
        self.store = store
        # By key, and by whether an error is a page: keys do not contain that.
        self._being_made: dict[tuple[Key, bool], asyncio.Task[CachedResponse]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_public(scope):
            await self.app(scope, receive, send)
            return
        try:
            revision: Revision = await self.revisions.get_current()
        except SQLAlchemyError:
            # A replica may answer; if not, the application reports that the database is down.
            await self.app({**scope, REVISION: None}, receive, send)
            return
        key, is_of_all_time = build_cache_key(scope, revision)
        given = {name: value for name, value in scope["headers"] if name in REQUEST_HEADERS}
        answer = self.store.get(key)
        if answer is None:
            caching_headers = (
                (b"etag", build_etag(key)),
                (b"cache-control", CACHE_FOREVER if is_of_all_time else CACHE_BRIEFLY),
            )
            if b"if-match" not in given and _matches_tag(given, caching_headers[0][1], exists=False):
                await _send(send, 304, caching_headers, b"")
                return
            answer = await self._compute_once(key, {**scope, REVISION: revision}, caching_headers)
        await self._send_response(scope, send, key, answer, given)

    async def _compute_once(self, key: Key, scope: Scope, caching_headers: Headers) -> CachedResponse:
        """Compute once for identical concurrent requests. A client that disconnects does not cancel it for the others.

        If the first computation fails, the requests that joined it share one retry: the failure may be over.
        """
        task = self._being_made.get((key, is_page_preferred(scope)))
        if task is None:
            return await self._start_or_join(key, scope, caching_headers)
        answer = await asyncio.shield(task)
        return answer if answer.status < 500 else await self._start_or_join(key, scope, caching_headers)

    async def _start_or_join(self, key: Key, scope: Scope, caching_headers: Headers) -> CachedResponse:
        made = (key, is_page_preferred(scope))
        task = self._being_made.get(made)
        if task is None:
            task = asyncio.create_task(_collect_response(self.public_app, scope, caching_headers))
            self._being_made[made] = task
            task.add_done_callback(lambda done: self._store_result(made, done))
        return await asyncio.shield(task)

    def _store_result(self, made: tuple[Key, bool], task: asyncio.Task[CachedResponse]) -> None:
        self._being_made.pop(made, None)
        if task.cancelled() or task.exception() is not None or task.result().status not in CACHEABLE_STATUSES:
            return
        if _measure_key(made[0]) <= MAX_KEY_BYTES:
            self.store.put(made[0], task.result())

    async def _send_response(
        self, scope: Scope, send: Send, key: Key, answer: CachedResponse, given: dict[bytes, bytes]
    ) -> None:
        if answer.tag and b"if-match" in given and not _matches_tag(given, answer.tag, header=b"if-match"):
            body = b"" if scope["method"] == "HEAD" else PRECONDITION_FAILED.build_body()
            await _send(send, 412, (*answer.not_modified_headers, (b"content-type", PROBLEM_TYPE)), body)
            return
        if answer.tag and _matches_tag(given, answer.tag):
            await _send(send, 304, answer.not_modified_headers, b"")
            return
        encoding = choose_encoding(given[b"accept-encoding"].decode("latin-1")) if b"accept-encoding" in given else None
        headers, body = answer.headers, answer.body
        if encoding and answer.is_compressible:
            body = await self._compress_body(key, answer, encoding)
            headers = (*headers, (b"content-encoding", encoding.encode()))
        if answer.status != 204:
            headers = (*headers, (b"content-length", b"%d" % len(body)))
        await _send(send, answer.status, headers, b"" if scope["method"] == "HEAD" else body)

    async def _compress_body(self, key: Key, answer: CachedResponse, encoding: str) -> bytes:
        if encoding not in answer.compressed:
            encode = ENCODERS[encoding]
            large = len(answer.body) > LARGE_BYTES
            answer.compressed[encoding] = await asyncio.to_thread(encode, answer.body) if large else encode(answer.body)
            if self.store.get(key) is answer:
                self.store.put(key, answer)
        return answer.compressed[encoding]


def _matches_tag(
    given: dict[bytes, bytes], tag: bytes, *, exists: bool = True, header: bytes = b"if-none-match"
) -> bool:
    """Return whether the header names the tag. `exists` is False while it is open whether there is a response."""
    named = given.get(header)
    return named is not None and matches_tag(named.decode("latin-1"), tag.decode("latin-1"), exists=exists)


async def _collect_response(app: ASGIApp, scope: Scope, caching_headers: Headers) -> CachedResponse:
    """Return the application's whole response to this request."""
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    given = [(name, value) for name, value in scope["headers"] if name not in {b"origin", b"if-none-match"}]
    try:
        await app({**scope, "method": "GET", "headers": given}, _receive_nothing, collect)
    except Exception:
        # The application answers and logs an error before it raises it again. Half a response is not used.
        if not _is_complete(messages):
            raise
    start = messages[0]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return _build_response(start["status"], tuple(start["headers"]), body, caching_headers)


def _is_complete(messages: Sequence[Message]) -> bool:
    """Return whether the response has its start and its last part."""
    return len(messages) > 1 and not messages[-1].get("more_body")


async def _receive_nothing() -> Message:
    """Wait forever: the request has no body, and a disconnect must not stop work that others wait for."""
    await asyncio.Event().wait()
    raise AssertionError


def _build_response(status: int, headers: Headers, body: bytes, caching_headers: Headers) -> CachedResponse:
    names = {name for name, _ in headers}
    own = tuple((name, value) for name, value in headers if name not in {b"content-length", b"vary"})
    added = (
        tuple((name, value) for name, value in caching_headers if name not in names)
        if status in CACHEABLE_STATUSES
        else ()
    )
    media_type = next((value.decode() for name, value in headers if name == b"content-type"), "")
    varies = (b"vary", b"Accept, Accept-Encoding")
    shrinks = len(body) >= MIN_COMPRESSIBLE_BYTES and is_compressible(media_type)
    return CachedResponse(status, (*own, *added, varies, *PUBLIC_CORS_HEADERS), body, shrinks)


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
