"""Webhooks and what is sent to them: everything a sender has to know is kept here, so that a restart loses nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Text, and_, case, func, insert, null, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from models.country import RegionMember
from models.question import one_of
from models.time_axes import Days, overlaps
from models.webhook import Webhook, WebhookDelivery

Statement = Select[*tuple[Any, ...]]
PENDING = and_(WebhookDelivery.delivered_at.is_(None), WebhookDelivery.dead_at.is_(None))


async def add_webhook(
    connection: AsyncConnection,
    office_id: int,
    *,
    url: str,
    iso3s: Sequence[str],
    regions: Sequence[str],
    at: dt.datetime,
) -> int:
    """Have the address told of changes in any of the countries and regions, of all without either; give its number."""
    values = {"office_id": office_id, "url": url, "iso3s": list(iso3s), "regions": list(regions), "created_at": at}
    return (await connection.execute(insert(Webhook).values(**values).returning(Webhook.id))).scalar_one()


def webhooks_of(office_id: int) -> Statement:
    """Statement giving the office's webhooks that were not removed, with how many messages wait and are dead."""
    of_this = WebhookDelivery.webhook_id == Webhook.id
    counted = {"waiting": PENDING, "dead": WebhookDelivery.dead_at.is_not(None)}
    columns = (Webhook.id, Webhook.url, Webhook.iso3s, Webhook.regions, Webhook.created_at)
    return (
        select(
            *columns,
            *(
                select(func.count()).where(of_this, which).correlate(Webhook).scalar_subquery().label(name)
                for name, which in counted.items()
            ),
        )
        .where(Webhook.office_id == office_id, Webhook.removed_at.is_(None))
        .order_by(Webhook.id)
    )


async def remove_webhook(connection: AsyncConnection, number: int, at: dt.datetime) -> None:
    """Tell it nothing more, of what waits neither."""
    await connection.execute(update(Webhook).where(Webhook.id == number).values(removed_at=at))
    waiting = update(WebhookDelivery).where(WebhookDelivery.webhook_id == number, PENDING)
    await connection.execute(waiting.values(dead_at=at, last_error="the webhook was removed"))


def dead_deliveries(number: int) -> Statement:
    """Statement giving the messages that were given up, the latest first."""
    columns = ("id", "created_at", "attempts", "dead_at", "last_error", "payload")
    return (
        select(*(getattr(WebhookDelivery, name) for name in columns))
        .where(WebhookDelivery.webhook_id == number, WebhookDelivery.dead_at.is_not(None))
        .order_by(WebhookDelivery.id.desc())
    )


async def retry_dead(connection: AsyncConnection, number: int, delivery: int, at: dt.datetime) -> bool:
    """Send a message that was given up once more, from the first attempt on; False if there is no such."""
    found = await connection.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery,
            WebhookDelivery.webhook_id == number,
            WebhookDelivery.dead_at.is_not(None),
        )
        .values(dead_at=None, attempts=0, due_at=at)
    )
    return found.rowcount > 0


def listening(on: dt.date) -> Statement:
    """Statement giving `id` and `iso3s` of each webhook: its countries and those in its regions on the day.

    Null stands for all countries.
    """
    members = select(RegionMember.iso3).where(
        one_of(RegionMember.region_code, Webhook.regions), overlaps(RegionMember.valid_during, Days.on(on))
    )
    in_regions = func.array(members.correlate(Webhook).scalar_subquery(), type_=ARRAY(Text))
    wants_all = and_(func.cardinality(Webhook.iso3s) == 0, func.cardinality(Webhook.regions) == 0)
    wanted = case((wants_all, null()), else_=func.array_cat(Webhook.iso3s, in_regions))
    return select(Webhook.id, wanted.label("iso3s")).where(Webhook.removed_at.is_(None)).order_by(Webhook.id)


async def add_deliveries(connection: AsyncConnection, payloads: Mapping[int, dict[str, Any]], at: dt.datetime) -> None:
    """Have each payload sent to the webhook of its number, from `at` on."""
    rows = [
        {"webhook_id": number, "created_at": at, "due_at": at, "payload": payload}
        for number, payload in payloads.items()
    ]
    if rows:
        await connection.execute(insert(WebhookDelivery), rows)


async def claim_due(connection: AsyncConnection, at: dt.datetime, *, until: dt.datetime, limit: int) -> Sequence[Any]:
    """Take messages that are due, which no other sender then takes before `until`, and count the attempt.

    A sender that dies with them lets them go at that time.
    """
    return (await connection.execute(CLAIM, {"at": at, "until": until, "limit": limit})).all()


CLAIM = text("""
    WITH due AS (
        SELECT id FROM webhook_delivery
        WHERE delivered_at IS NULL AND dead_at IS NULL AND due_at <= :at
        ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE webhook_delivery d SET attempts = attempts + 1, due_at = :until
    FROM due, webhook w WHERE d.id = due.id AND w.id = d.webhook_id
    RETURNING d.id, d.webhook_id, d.attempts, d.payload, w.url
""")


async def note_delivered(connection: AsyncConnection, delivery: int, at: dt.datetime) -> None:
    delivered = update(WebhookDelivery).where(WebhookDelivery.id == delivery, PENDING)
    await connection.execute(delivered.values(delivered_at=at, last_error=None))


async def note_failed(
    connection: AsyncConnection, delivery: int, at: dt.datetime, error: str, *, due_at: dt.datetime | None
) -> None:
    """Keep what went wrong, and try again at `due_at`; None gives the message up."""
    failed = update(WebhookDelivery).where(WebhookDelivery.id == delivery, PENDING)
    then = {"dead_at": at} if due_at is None else {"due_at": due_at}
    await connection.execute(failed.values(last_error=error, **then))
