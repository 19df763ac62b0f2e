"""Tables of webhooks: the addresses that receive published changes, and their messages."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, and_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class Webhook(Base):
    """Address that receives changes in some countries or regions; empty sets mean all.

    `failing_since` is the first failed attempt since the last delivery; `last_attempt_s` is the duration of the last
    attempt.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("url ~ '^https?://'", name="url_form"),
        Index("webhook_office_idx", "office_id", postgresql_where=text("removed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    url: Mapped[str]
    iso3s: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    regions: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]
    last_delivered_at: Mapped[dt.datetime | None]
    failing_since: Mapped[dt.datetime | None]
    last_attempt_s: Mapped[float | None]


class WebhookDelivery(Base):
    """Message to one address: due until delivered, or dead after too many attempts."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="counts_its_attempts"),
        CheckConstraint("delivered_at IS NULL OR dead_at IS NULL", name="delivered_or_dead"),
        # Used only by versions before 0012.
        Index("webhook_delivery_due_idx", "due_at", postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL")),
        Index(
            "webhook_delivery_waiting_idx",
            "webhook_id",
            "due_at",
            postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL"),
        ),
        Index("webhook_delivery_dead_idx", "webhook_id", "id", postgresql_where=text("dead_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), index=True)
    created_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    delivered_at: Mapped[dt.datetime | None]
    dead_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)


PENDING = and_(WebhookDelivery.delivered_at.is_(None), WebhookDelivery.dead_at.is_(None))
