"""The caller of a request: the office and role of its key, and what they permit."""

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

from api.auth.api_key import InvalidKey, Key
from api.auth.last_used import note_key_use
from api.auth.refused_keys import refused_keys
from api.database.write_queue import Writers
from api.exceptions import Overloaded
from api.responses.representation import KEY_IN_PATH, KEY_IN_QUERY
from models.accounts.api_keys import is_use_stale, select_key_with_office

# Headers of answers for the caller alone.
PRIVATE = {"Cache-Control": "no-store"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OTHER_SITES = {"cross-site", "same-site"}


class NotAuthenticated(Exception):
    """Missing or invalid key; the message names the reason and never repeats the key.

    `reason` is for the operator's log, None without a key. It may have more detail than the message.
    """

    def __init__(self, message: str, reason: str | None = None) -> None:
        self.reason = reason
        super().__init__(message)

    # Two fields: Qt, and so QGIS, reads only the first scheme of each field.
    headers: ClassVar = (
        ("WWW-Authenticate", 'Bearer realm="Crossings"'),
        ("WWW-Authenticate", 'Basic realm="Crossings", charset="UTF-8"'),
    )


class Forbidden(Exception):
    """Action that the key does not permit; the message names the action."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The key of a request, its office, and what it permits today.

    The key may write for `countries` and review for `reviewed_countries`; an admin may do both for all countries.
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


async def get_caller(request: Request) -> Caller:
    """Identify the caller before the body is read; hold no connection afterwards (FastAPI dependency).

    Raises as `identify`.
    """
    writers: Writers = request.app.state.writers
    with _log_refusals(request):
        _, key = _parse_credentials(request)
    async with writers.check(key.prefix) as connection:
        return await identify_caller(request, connection)


async def identify_caller(request: Request, connection: AsyncConnection) -> Caller:
    """Identify the caller. Raises NotAuthenticated, and Forbidden for a write from a page of another site."""
    with _log_refusals(request):
        return await _resolve_caller(request, connection)


@contextmanager
def _log_refusals(request: Request) -> Iterator[None]:
    """Log and count a key that is refused in the block."""
    try:
        yield
    except NotAuthenticated as refusal:
        if refusal.reason is not None:
            refused_keys.note(request, refusal.reason)
        raise


async def _resolve_caller(request: Request, connection: AsyncConnection) -> Caller:
    scheme, key = _parse_credentials(request)
    _refuse_other_sites(request, scheme)
    now = dt.datetime.now(dt.UTC)
    row = await _fetch_verified_key(connection, key, now)
    _refuse_ended(key, row, now)
    if is_use_stale(row.last_used_at, now):
        note_key_use(request.app.state.writers.engine, key.prefix, now)
    # Messages to the office are in its language, also when the request fails.
    request.state.office_language = row.language
    return _build_caller(row)


async def refuse_changed(request: Request, connection: AsyncConnection, caller: Caller) -> None:
    """Check the key again after a wait. Raises as `identify`, and Overloaded if its rights have changed."""
    if await identify_caller(request, connection) != caller:
        raise Overloaded("The rights of this key changed while the request waited; send it again.", retry_after_s=1)


AuthenticatedCaller = Annotated[Caller, Depends(get_caller)]


async def require_reviewer(caller: AuthenticatedCaller) -> Caller:
    """Require a reviewer or an admin (FastAPI dependency). Raises NotAuthenticated, Forbidden."""
    if caller.role not in {"reviewer", "admin"}:
        raise Forbidden(f"a key of role {caller.role} may not do this: a key of role reviewer or admin is required")
    return caller


async def require_admin(caller: AuthenticatedCaller) -> Caller:
    """Require an admin (FastAPI dependency). Raises NotAuthenticated, Forbidden."""
    if caller.role != "admin":
        raise Forbidden(f"a key of role {caller.role} may not do this: a key of role admin is required")
    return caller


ReviewerCaller = Annotated[Caller, Depends(require_reviewer)]
AdminCaller = Annotated[Caller, Depends(require_admin)]


def has_key(request: Request) -> bool:
    """Return whether the request has a key, valid or not."""
    return any(credentials for _, credentials in _iterate_credentials(request))


def _iterate_credentials(request: Request) -> Iterator[tuple[str, str]]:
    """Yield the scheme, in lower case, and the credentials of each way to send a key; the first non-empty value counts.

    Addresses are stored in logs and histories, so a key in the address is a last resort for tools without headers.
    """
    yield "path", request.path_params.get(KEY_IN_PATH, "").strip()
    scheme, _, credentials = request.headers.get("authorization", "").strip().partition(" ")
    yield scheme.lower(), credentials or scheme
    yield "header", request.headers.get("x-api-key", "").strip()
    yield "query", request.query_params.get(KEY_IN_QUERY, "").strip()


def _parse_credentials(request: Request) -> tuple[str, Key]:
    """Parse the scheme and the key of the request."""
    scheme, credentials = next((each for each in _iterate_credentials(request) if each[1]), ("", ""))
    if not credentials:
        raise NotAuthenticated("a key is required: as `Authorization: Bearer <key>`, or as the password of HTTP Basic")
    readers: dict[str, Callable[[str], str]] = {"basic": _decode_basic}
    readers |= dict.fromkeys(("bearer", "header", "path", "query"), str)
    if scheme not in readers:
        raise NotAuthenticated("send the key as Bearer, or as the password of HTTP Basic", "unknown scheme")
    try:
        return scheme, Key.parse(readers[scheme](credentials))
    except InvalidKey:
        raise _build_unknown_key_error("malformed") from None


def _decode_basic(credentials: str) -> str:
    """Decode the password, or the user name if the password is empty (RFC 7617). Raises NotAKey."""
    try:
        user, _, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidKey("invalid HTTP Basic credentials") from None
    return password or user


def _build_unknown_key_error(reason: str) -> NotAuthenticated:
    """Build one message for a malformed key, an unknown key and a wrong secret, so that guessing reveals nothing."""
    return NotAuthenticated("unknown key", reason)


def _refuse_other_sites(request: Request, scheme: str) -> None:
    """Refuse a write with HTTP Basic from a page of another site.

    Browsers add a stored password to the requests of any site's page; a Bearer key is only sent on purpose.
    """
    from_elsewhere = request.headers.get("sec-fetch-site") in OTHER_SITES
    if scheme == "basic" and from_elsewhere and request.method not in SAFE_METHODS:
        raise Forbidden("a page of another site may not write with HTTP Basic; send the key as Bearer")


async def _fetch_verified_key(connection: AsyncConnection, key: Key, now: dt.datetime) -> Row[*tuple[Any, ...]]:
    """Fetch the row of `select_key_with_office` for the key. Raises NotAuthenticated if the secret is wrong."""
    row = (await connection.execute(select_key_with_office(), {"prefix": key.prefix, "day": now.date()})).one_or_none()
    proven = key.matches_hash(row.secret_sha256 if row else None)
    if row is None or not proven:
        raise _build_unknown_key_error("unknown" if row is None else "wrong secret")
    return row


def _refuse_ended(key: Key, row: Row[*tuple[Any, ...]], now: dt.datetime) -> None:
    if row.revoked_at is not None:
        message = f"the key {key.prefix} was revoked on {row.revoked_at.astimezone(dt.UTC).date()}"
        raise NotAuthenticated(message, "revoked")
    if row.expires_at is not None and row.expires_at <= now:
        message = f"the key {key.prefix} expired on {row.expires_at.astimezone(dt.UTC).date()}"
        raise NotAuthenticated(message, "expired")


def _build_caller(row: Row[*tuple[Any, ...]]) -> Caller:
    return Caller(
        key_id=row.id,
        office_id=row.office_id,
        office_code=row.code,
        office_name=row.name,
        language=row.language,
        role=row.role,
        needs_review=row.needs_review,
        countries=frozenset(row.countries),
        reviewed_countries=frozenset(row.reviewed_countries),
    )


async def fetch_caller(connection: AsyncConnection, prefix: str, day: dt.date) -> Caller:
    """Fetch the caller of the key with this prefix, for work on the machine itself."""
    return _build_caller((await connection.execute(select_key_with_office(), {"prefix": prefix, "day": day})).one())
