"""Writing and reading the audit trail."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.audit import AuditEntry
from models.tables.office import ApiKey, Office


async def record_audit(
    connection: AsyncConnection,
    *,
    at: dt.datetime,
    api_key_id: int | None,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
) -> None:
    """Add an entry in the transaction of the audited write, so that neither exists without the other.

    `detail` is JSON and holds no secret; `api_key_id` is None for the command line.
    """
    entry = {"at": at, "api_key_id": api_key_id, "action": action, "subject": subject, "detail": dict(detail)}
    await connection.execute(insert(AuditEntry).values(**entry))


def select_audit_trail(
    *, action: str | None = None, subject: str | None = None, office: str | None = None, after: int | None = None
) -> Select[*tuple[Any, ...]]:
    """Select the entries, newest first, with the office and the key that made them.

    `office` is the code of that key's office; `after` the number of the last entry of the previous page.
    """
    filters = (
        (AuditEntry.action, action),
        (AuditEntry.subject, subject),
        (Office.code, office),
    )
    statement = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            Office.code.label("office"),
            ApiKey.prefix.label("key"),
            AuditEntry.action,
            AuditEntry.subject,
            AuditEntry.detail,
        )
        .outerjoin(ApiKey, ApiKey.id == AuditEntry.api_key_id)
        .outerjoin(Office, Office.id == ApiKey.office_id)
        .where(*(column == value for column, value in filters if value is not None))
        .order_by(AuditEntry.id.desc())
    )
    return statement if after is None else statement.where(AuditEntry.id < after)
