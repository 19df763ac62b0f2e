"""What stands in front of the application: public answers are kept, compressed, tagged, and made once for all."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.answer_cache.asked import entity_tag, is_public, key_of, wants_page
from api.answer_cache.encodings import ENCODERS, encoding_for, is_worth_it
from api.answer_cache.kept_answers import Answer, Headers, KeptAnswers, Key
from api.answer_cache.revisions import Revision, Revisions
from api.answering import REVISION
from api.cross_origin import FOR_EVERYBODY
from api.entity_tag import names_tag
from api.server.refusals import PROBLEM, Refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
OF_ALL_TIME = b"public, max-age=31536000, immutable"
# A browser asks again soon, what stands between it and us keeps it up to a minute; when we are away, for a day.
OF_NOW = b"public, max-age=5, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"
KEPT_STATUSES = frozenset((200, 204, 307))
# In another thread, from this size on, while others are answered.
LARGE_BYTES = 100_000
READ = frozenset((b"if-match", b"if-none-match", b"accept-encoding"))
# A reader that wants what it has, and nothing else (RFC 9110, 13.1.1).
CHANGED = Refusal(HTTPStatus.PRECONDITION_FAILED, "what `If-Match` names is not what is here now")


class Front:
    """ASGI application: another one, with its public answers kept in `kept`; `shortcut` gives the same ones sooner."""

    def __init__(self, app: App, revisions: Revisions, kept: KeptAnswers, shortcut: App | None = None) -> None:
        self.app = app
        self.public_app = shortcut or app
        self.revisions = revisions
        self.kept = kept
        # By key, and by whether an error is a page: that no key says.
        self._being_made: dict[tuple[Key, bool], asyncio.Task[Answer]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_public(scope):
            await self.app(scope, receive, send)
            return
        try:
            revision: Revision = await self.revisions.current()
        except SQLAlchemyError:
            # A replica may answer; or the application knows how to say that the database is away.
            await self.app({**scope, REVISION: None}, receive, send)
            return
        key, is_of_all_time = key_of(scope, revision)
        given = {name: value for name, value in scope["headers"] if name in READ}
        answer = self.kept.get(key)
        if answer is None:
            told = ((b"etag", entity_tag(key)), (b"cache-control", OF_ALL_TIME if is_of_all_time else OF_NOW))
            if b"if-match" not in given and _names(given, told[0][1], exists=False):
                await _send(send, 304, told, b"")
                return
            answer = await self._made(key, {**scope, REVISION: revision}, told)
        await self._answer(scope, send, key, answer, given)

    async def _made(self, key: Key, scope: Scope, told: Headers) -> Answer:
        """The answer, made once however many ask for it meanwhile; who goes away does not take it from the others.

        A failure may be over by now for who came after the work had begun: for all of them it is tried once more.
        """
        task = self._being_made.get((key, wants_page(scope)))
        if task is None:
            return await self._begun(key, scope, told)
        answer = await asyncio.shield(task)
        return answer if answer.status < 500 else await self._begun(key, scope, told)

    async def _begun(self, key: Key, scope: Scope, told: Headers) -> Answer:
        made = (key, wants_page(scope))
        task = self._being_made.get(made)
        if task is None:
            task = asyncio.create_task(_answered(self.public_app, scope, told))
            self._being_made[made] = task
            task.add_done_callback(lambda done: self._finished(made, done))
        return await asyncio.shield(task)

    def _finished(self, made: tuple[Key, bool], task: asyncio.Task[Answer]) -> None:
        self._being_made.pop(made, None)
        if not task.cancelled() and task.exception() is None and task.result().status in KEPT_STATUSES:
            self.kept.keep(made[0], task.result())

    async def _answer(self, scope: Scope, send: Send, key: Key, answer: Answer, given: dict[bytes, bytes]) -> None:
        if answer.tag and b"if-match" in given and not _names(given, answer.tag, header=b"if-match"):
            body = b"" if scope["method"] == "HEAD" else CHANGED.body()
            await _send(send, 412, (*answer.headers_of_304, (b"content-type", PROBLEM)), body)
            return
        if answer.tag and _names(given, answer.tag):
            await _send(send, 304, answer.headers_of_304, b"")
            return
        encoding = encoding_for(given[b"accept-encoding"].decode("latin-1")) if b"accept-encoding" in given else None
        headers, body = answer.headers, answer.body
        if encoding and answer.is_compressible:
            body = await self._compressed(key, answer, encoding)
            headers = (*headers, (b"content-encoding", encoding.encode()))
        if answer.status != 204:
            headers = (*headers, (b"content-length", b"%d" % len(body)))
        await _send(send, answer.status, headers, b"" if scope["method"] == "HEAD" else body)

    async def _compressed(self, key: Key, answer: Answer, encoding: str) -> bytes:
        if encoding not in answer.compressed:
            encode = ENCODERS[encoding]
            large = len(answer.body) > LARGE_BYTES
            answer.compressed[encoding] = await asyncio.to_thread(encode, answer.body) if large else encode(answer.body)
            if self.kept.get(key) is answer:
                self.kept.keep(key, answer)
        return answer.compressed[encoding]


def _names(given: dict[bytes, bytes], tag: bytes, *, exists: bool = True, header: bytes = b"if-none-match") -> bool:
    """Whether the client has what the tag is of. Before an answer is made, nobody knows whether there is one."""
    named = given.get(header)
    return named is not None and names_tag(named.decode("latin-1"), tag.decode("latin-1"), exists=exists)


async def _answered(app: App, scope: Scope, told: Headers) -> Answer:
    """What the application answers to this request, as a whole."""
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    asked = [(name, value) for name, value in scope["headers"] if name not in {b"origin", b"if-none-match"}]
    try:
        await app({**scope, "method": "GET", "headers": asked}, _nothing_more, collect)
    except Exception:
        # What fails is answered and logged first, and then raised again; half an answer is none.
        if not _is_whole(messages):
            raise
    start = messages[0]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return _answer_of(start["status"], tuple(start["headers"]), body, told)


def _is_whole(messages: Sequence[Message]) -> bool:
    """Whether the answer was begun, and came to its end."""
    return len(messages) > 1 and not messages[-1].get("more_body")


async def _nothing_more() -> Message:
    """The request has no body; and that its client went away is no reason to stop what others wait for."""
    await asyncio.Event().wait()
    raise AssertionError


def _answer_of(status: int, headers: Headers, body: bytes, told: Headers) -> Answer:
    names = {name for name, _ in headers}
    own = tuple((name, value) for name, value in headers if name not in {b"content-length", b"vary"})
    added = tuple((name, value) for name, value in told if name not in names) if status in KEPT_STATUSES else ()
    media_type = next((value.decode() for name, value in headers if name == b"content-type"), "")
    varies = (b"vary", b"Accept, Accept-Encoding")
    return Answer(status, (*own, *added, varies, *FOR_EVERYBODY), body, is_worth_it(media_type, body))


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
