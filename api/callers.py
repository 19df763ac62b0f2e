"""Who calls: the office and role of the key that came with the request, and what it may do."""

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.refused_keys import refused_keys
from api.exceptions import Overloaded
from api.key_use import note_use
from api.keys import Key, NotAKey
from api.representation import KEY_IN_PATH, KEY_IN_QUERY
from api.writers import Writers
from models.api_keys import key_with_office, use_is_stale

# Answers that are for the caller alone.
PRIVATE = {"Cache-Control": "no-store"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OTHER_SITES = {"cross-site", "same-site"}


class NotAuthenticated(Exception):
    """No key came with the request, or none that is good; the message says which and never what was sent.

    `reason` is for the operator's log, None where no key came. It may say more than the message.
    """

    def __init__(self, message: str, reason: str | None = None) -> None:
        self.reason = reason
        super().__init__(message)

    # Two fields: Qt, and so QGIS, looks at the first scheme of each and no further.
    headers: ClassVar = (
        ("WWW-Authenticate", 'Bearer realm="Crossings"'),
        ("WWW-Authenticate", 'Basic realm="Crossings", charset="UTF-8"'),
    )


class Forbidden(Exception):
    """The key may not do this; the message names what."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that came with a request, its office, and what it may do today.

    `countries` are those it may write for, `reviewed_countries` those it decides for: all of them for an admin.
    """

    key_id: int
    office_id: int
    office_code: str
    office_name: str
    language: str
    role: str
    needs_review: bool
    countries: frozenset[str]
    reviewed_countries: frozenset[str]

    def may_write(self, iso3: str) -> bool:
        return self.role == "admin" or iso3 in self.countries

    def may_review(self, iso3: str) -> bool:
        return self.role == "admin" or iso3 in self.reviewed_countries


async def caller(request: Request) -> Caller:
    """Dependency giving who calls, before the body is read: no connection is held afterwards. Raises as `identify`."""
    writers: Writers = request.app.state.writers
    with _refusals_noted(request):
        _, key = _credentials(request)
    async with writers.check(key.prefix) as connection:
        return await identify(request, connection)


async def identify(request: Request, connection: AsyncConnection) -> Caller:
    """Who calls. Raises NotAuthenticated, and Forbidden for a write that another site's page sent."""
    with _refusals_noted(request):
        return await _identified(request, connection)


@contextmanager
def _refusals_noted(request: Request) -> Iterator[None]:
    """Log and count a key that is refused within."""
    try:
        yield
    except NotAuthenticated as refusal:
        if refusal.reason is not None:
            refused_keys.note(request, refusal.reason)
        raise


async def _identified(request: Request, connection: AsyncConnection) -> Caller:
    scheme, key = _credentials(request)
    _refuse_other_sites(request, scheme)
    now = dt.datetime.now(dt.UTC)
    found = await _proven(connection, key, now)
    _refuse_ended(key, found, now)
    if use_is_stale(found.last_used_at, now):
        note_use(request.app.state.writers.engine, key.prefix, now)
    # What is said to the office, also where the request fails, is said in its language.
    request.state.office_language = found.language
    return _caller(found)


async def refuse_changed(request: Request, connection: AsyncConnection, caller: Caller) -> None:
    """Check the key again, after a wait. Raises as `identify`, and Overloaded where its rights are others now."""
    if await identify(request, connection) != caller:
        raise Overloaded("What this key may do was changed while the request waited; send it again.", retry_after_s=1)


KnownCaller = Annotated[Caller, Depends(caller)]


async def reviewer(caller: KnownCaller) -> Caller:
    """Dependency giving who calls, if that is a reviewer or an admin. Raises NotAuthenticated, Forbidden."""
    if caller.role not in {"reviewer", "admin"}:
        raise Forbidden(f"a key of role {caller.role} may not do this: it takes a reviewer's or an admin's")
    return caller


async def admin(caller: KnownCaller) -> Caller:
    """Dependency giving who calls, if that is an admin. Raises NotAuthenticated, Forbidden."""
    if caller.role != "admin":
        raise Forbidden(f"a key of role {caller.role} may not do this: it takes an admin's")
    return caller


ReviewerCaller = Annotated[Caller, Depends(reviewer)]
AdminCaller = Annotated[Caller, Depends(admin)]


def has_key(request: Request) -> bool:
    """Whether a key came with the request, good or not."""
    return any(given for _, given in _given(request))


def _given(request: Request) -> Iterator[tuple[str, str]]:
    """Scheme, in lower case, and credentials, by each of the ways to send a key: the first that is used counts.

    An address is kept in logs and histories, so a key in it is the last resort of tools that can send no header.
    """
    yield "path", request.path_params.get(KEY_IN_PATH, "").strip()
    scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
    yield scheme.lower(), given or scheme
    yield "header", request.headers.get("x-api-key", "").strip()
    yield "query", request.query_params.get(KEY_IN_QUERY, "").strip()


def _credentials(request: Request) -> tuple[str, Key]:
    """The scheme and the key in the request."""
    scheme, given = next((each for each in _given(request) if each[1]), ("", ""))
    if not given:
        raise NotAuthenticated("a key is needed: as `Authorization: Bearer <key>`, or as the password of HTTP Basic")
    readers: dict[str, Callable[[str], str]] = {"basic": _from_basic}
    readers |= dict.fromkeys(("bearer", "header", "path", "query"), str)
    if scheme not in readers:
        raise NotAuthenticated("a key comes as Bearer, or as the password of HTTP Basic", "unknown scheme")
    try:
        return scheme, Key.parse(readers[scheme](given))
    except NotAKey:
        raise _unknown_key("malformed") from None


def _from_basic(given: str) -> str:
    """The password, or the user name where the password is empty (RFC 7617). Raises NotAKey."""
    try:
        user, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise NotAKey("it has not the form of HTTP Basic") from None
    return password or user


def _unknown_key(reason: str) -> NotAuthenticated:
    """One message for a malformed key, an unknown one and a wrong secret, so that nothing is learnt by trying."""
    return NotAuthenticated("the key is not known", reason)


def _refuse_other_sites(request: Request, scheme: str) -> None:
    """Browsers add a password they remember to what any site's page sends; a Bearer key is only sent on purpose."""
    from_elsewhere = request.headers.get("sec-fetch-site") in OTHER_SITES
    if scheme == "basic" and from_elsewhere and request.method not in SAFE_METHODS:
        raise Forbidden("a page of another site may not write with HTTP Basic; send the key as Bearer")


async def _proven(connection: AsyncConnection, key: Key, now: dt.datetime) -> Row[*tuple[Any, ...]]:
    """The row of `key_with_office` for the key, if its secret is right."""
    found = (await connection.execute(key_with_office(), {"prefix": key.prefix, "day": now.date()})).one_or_none()
    proven = key.proves(found.secret_sha256 if found else None)
    if found is None or not proven:
        raise _unknown_key("unknown" if found is None else "wrong secret")
    return found


def _refuse_ended(key: Key, found: Row[*tuple[Any, ...]], now: dt.datetime) -> None:
    if found.revoked_at is not None:
        message = f"the key {key.prefix} was revoked on {found.revoked_at.astimezone(dt.UTC).date()}"
        raise NotAuthenticated(message, "revoked")
    if found.expires_at is not None and found.expires_at <= now:
        message = f"the key {key.prefix} expired on {found.expires_at.astimezone(dt.UTC).date()}"
        raise NotAuthenticated(message, "expired")


def _caller(found: Row[*tuple[Any, ...]]) -> Caller:
    return Caller(
        key_id=found.id,
        office_id=found.office_id,
        office_code=found.code,
        office_name=found.name,
        language=found.language,
        role=found.role,
        needs_review=found.needs_review,
        countries=frozenset(found.countries),
        reviewed_countries=frozenset(found.reviewed_countries),
    )


async def caller_with(connection: AsyncConnection, prefix: str, day: dt.date) -> Caller:
    """The caller that the key with this prefix makes, for what is done on the machine itself."""
    return _caller((await connection.execute(key_with_office(), {"prefix": prefix, "day": day})).one())
