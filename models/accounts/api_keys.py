"""API keys: finding the key of a caller; listing, issuing and revoking keys, each write with its audit entry."""

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    Update,
    bindparam,
    case,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts.audit_trail import record_audit
from models.accounts.offices import (
    build_code_array,
    select_office_id,
    select_reviewed_countries,
    select_writable_countries,
)
from models.tables.country import Country
from models.tables.office import ApiKey, Office

LAST_USED_INTERVAL = dt.timedelta(minutes=1)


@cache
def select_key_with_office() -> Select[*tuple[Any, ...]]:
    """Select the key with the parameter `prefix`, its office, and its rights on the `day`.

    A key writes for `countries` and decides for `select_reviewed_countries`, according to its role; an admin's for all.
    """
    everywhere = build_code_array(select(Country.iso3))
    own = build_code_array(select_writable_countries(Office.id))
    reviewed = build_code_array(select_reviewed_countries(Office.id, bindparam("day", type_=Date)))
    return (
        select(
            ApiKey.id,
            ApiKey.role,
            ApiKey.secret_sha256,
            ApiKey.expires_at,
            ApiKey.revoked_at,
            ApiKey.last_used_at,
            ApiKey.office_id,
            Office.code,
            Office.name,
            Office.language,
            Office.needs_review,
            _choose_by_role(admin=everywhere, office=own).label("countries"),
            _choose_by_role(admin=everywhere, reviewer=reviewed).label("reviewed_countries"),
        )
        .join(Office, Office.id == ApiKey.office_id)
        .where(ApiKey.prefix == bindparam("prefix", type_=Text))
    )


def _choose_by_role(**countries: ColumnElement[list[str]]) -> ColumnElement[list[str]]:
    return case(countries, value=ApiKey.role, else_=cast([], ARRAY(Text)))


def select_keys(*, office: str | None = None, prefix: str | None = None) -> Select[*tuple[Any, ...]]:
    """Select the keys, of one office or with that prefix, newest first, without their secrets."""
    filters = ((Office.code, office), (ApiKey.prefix, prefix))
    return (
        select(
            ApiKey.prefix,
            Office.code.label("office"),
            ApiKey.role,
            ApiKey.label,
            ApiKey.issued_at,
            ApiKey.expires_at,
            ApiKey.revoked_at,
            ApiKey.last_used_at,
        )
        .join(Office, Office.id == ApiKey.office_id)
        .where(*(column == value for column, value in filters if value is not None))
        .order_by(ApiKey.id.desc())
    )


async def issue_key(
    connection: AsyncConnection,
    office: str,
    *,
    role: str,
    prefix: str,
    secret_sha256: bytes,
    label: str | None,
    expires_at: dt.datetime | None,
    by: int | None,
    at: dt.datetime,
) -> None:
    """Store the hash of a new key of the office, which exists. `by` is the number of the key that requests it."""
    shown = {"role": role, "label": label}
    values = shown | {"prefix": prefix, "secret_sha256": secret_sha256, "issued_at": at, "expires_at": expires_at}
    await connection.execute(insert(ApiKey).values(office_id=select_office_id(office).scalar_subquery(), **values))
    until = expires_at.isoformat() if expires_at else None
    await _record_key_action(
        connection, "key.issue", prefix, {"office": office, **shown, "expires_at": until}, by=by, at=at
    )


async def revoke_key(connection: AsyncConnection, prefix: str, *, by: int | None, at: dt.datetime) -> None:
    """Revoke the key; a key that was revoked before stays unchanged, without an audit entry."""
    statement = (
        update(ApiKey).where(ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None)).values(revoked_at=at)
    ).returning(ApiKey.office_id)
    number = await connection.scalar(statement)
    if number is not None:
        office = await connection.scalar(select(Office.code).where(Office.id == number))
        await _record_key_action(connection, "key.revoke", prefix, {"office": office}, by=by, at=at)


def is_use_stale(last_used_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether to record the use of a key again, given its last recorded use."""
    return last_used_at is None or last_used_at <= now - LAST_USED_INTERVAL


def update_last_used(prefix: str, now: dt.datetime) -> Update:
    """Update the last use of the key, unless it was just updated."""
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - LAST_USED_INTERVAL)
    return (
        update(ApiKey).where(ApiKey.prefix == prefix, stale).values(last_used_at=func.greatest(now, ApiKey.issued_at))
    )


async def _record_key_action(
    connection: AsyncConnection, action: str, prefix: str, detail: dict[str, Any], *, by: int | None, at: dt.datetime
) -> None:
    await record_audit(connection, at=at, api_key_id=by, action=action, subject=f"key {prefix}", detail=detail)
