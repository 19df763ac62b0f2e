"""Offices and keys for tests: all but what a test is about has a default."""

import base64
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.api_key import Key
from api.offices.issue_key import NewKey, issue_office_key
from models.accounts.offices import OfficeEntry, add_office, fetch_office
from models.tables.audit import AuditEntry
from models.tables.office import ApiKey

NOON = dt.datetime(2020, 5, 3, 12, tzinfo=dt.UTC)
Headers = dict[str, str]


async def create_office(
    database: AsyncConnection,
    code: str = "serbia",
    *,
    countries: Sequence[str] = ("SRB",),
    regions: Sequence[str] = (),
    needs_review: bool = False,
    language: str = "en",
) -> str:
    """Make the office, if there is none of that code, and give its code."""
    entry = OfficeEntry(code, code.title(), language, needs_review, sorted(countries), sorted(regions))
    if await fetch_office(database, code) is None:
        await add_office(database, entry, by=None, at=NOON)
    return code


async def create_key(
    database: AsyncConnection, office: str = "serbia", role: str = "office", *, expires_in_days: int | None = None
) -> Key:
    """Issue a key to the office, which is made if it is not there."""
    await create_office(database, office)
    return await issue_office_key(database, office, NewKey(role=role, expires_in_days=expires_in_days), by=None)


async def sign_in(database: AsyncConnection, office: str = "serbia", role: str = "office") -> Headers:
    """Headers of a request from an office in a role."""
    return build_bearer(await create_key(database, office, role))


async def expire_key(database: AsyncConnection, key: Key) -> None:
    """Have the key's time be over."""
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    await database.execute(update(ApiKey).where(ApiKey.prefix == key.prefix).values(expires_at=past))


async def fetch_key_id(database: AsyncConnection, key: Key) -> int:
    """The number under which the database has the key."""
    return (await database.execute(select(ApiKey.id).where(ApiKey.prefix == key.prefix))).scalar_one()


async def count_audit_entries(database: AsyncConnection) -> int:
    """How many entries the audit trail has."""
    return await database.scalar(select(func.count()).select_from(AuditEntry)) or 0


def build_bearer(key: Key | str) -> Headers:
    return {"Authorization": f"Bearer {key.format() if isinstance(key, Key) else key}"}


def build_basic(user: str, password: str) -> Headers:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
