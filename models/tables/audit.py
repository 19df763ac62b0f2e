"""The audit trail: every write, with its author, key, time and subject."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, enforce_append_only


class AuditEntry(Base):
    """One write. `api_key_id` is null for writes on the machine itself, by the command line.

    `action` names the action ("submission.publish", "key.revoke"), `subject` its object ("submission 12").
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("audit_entry_subject_idx", "subject", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[dt.datetime]
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_key.id"))
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)


enforce_append_only(AuditEntry)
