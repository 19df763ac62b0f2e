"""Messages for webhooks: queued with their content, claimed by a sender, delivered or given up.

Everything that a sender needs is stored, so that a restart loses nothing.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.webhook import PENDING, Webhook, WebhookDelivery

# Channel that notifies senders of a due message.
CHANNEL = "crossings_webhook"
# Without a limit, a receiver that is dead for two days leaves 3,000 messages to try, with an update each minute.
MAX_WAITING = 100
TOO_MANY = f"more than {MAX_WAITING} messages waited for this webhook: the oldest were dropped"
# More than a sender has in progress for an office.
MAX_CANDIDATES_PER_OFFICE = 4
# Receivers that respond later than this come after receivers that respond at once.
SLOW_S = 2


async def add_deliveries(
    connection: AsyncConnection, payloads: Iterable[tuple[Sequence[int], dict[str, Any]]], at: dt.datetime
) -> None:
    """Queue each payload for the webhooks of its numbers, from `at` on; the commit notifies the senders.

    If more than MAX_WAITING messages wait for one webhook, the oldest are given up.
    """
    numbers: list[int] = []
    for each, payload in payloads:
        values = {"numbers": list(each), "at": at, "payload": json.dumps(payload, ensure_ascii=False)}
        await connection.execute(ADD_DELIVERIES, values)
        numbers += each
    if numbers:
        await connection.execute(GIVE_UP_OLDEST, {"numbers": numbers, "most": MAX_WAITING, "at": at, "why": TOO_MANY})
        await announce_delivery(connection)


ADD_DELIVERIES = text("""
    INSERT INTO webhook_delivery (webhook_id, created_at, due_at, payload)
    SELECT unnest(CAST(:numbers AS bigint[])), :at, :at, CAST(:payload AS jsonb)
""")
# Rows locked by a sender are left for the next run: no transaction waits for another.
GIVE_UP_OLDEST = text("""
    WITH surplus AS (
        SELECT waiting.id FROM unnest(CAST(:numbers AS bigint[])) AS receiver (id) CROSS JOIN LATERAL (
            SELECT d.id FROM webhook_delivery d
            WHERE d.webhook_id = receiver.id AND d.delivered_at IS NULL AND d.dead_at IS NULL
            ORDER BY d.id DESC OFFSET :most
        ) waiting
    ), locked AS (
        SELECT id FROM webhook_delivery WHERE id IN (SELECT id FROM surplus) FOR UPDATE SKIP LOCKED
    )
    UPDATE webhook_delivery d SET dead_at = :at, last_error = :why
    FROM locked WHERE d.id = locked.id AND d.delivered_at IS NULL
""")


async def announce_delivery(connection: AsyncConnection) -> None:
    """Notify the senders when the transaction commits."""
    await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


async def fetch_due_deliveries(
    connection: AsyncConnection, at: dt.datetime, *, busy_webhooks: Sequence[int], full_offices: Sequence[int]
) -> Sequence[Any]:
    """Return the first message that is due for each webhook, in turns by office; leave out the busy and the full.

    Within an office, first come receivers that took the last message promptly (`standing` 0), then new ones (1), then
    receivers that failed or were slow (2).
    """
    values = {"at": at, "busy": list(busy_webhooks), "full": list(full_offices)}
    bounds = {"most": MAX_CANDIDATES_PER_OFFICE, "slow_s": SLOW_S}
    return (await connection.execute(SELECT_DUE_DELIVERIES, values | bounds)).all()


SELECT_DUE_DELIVERIES = text("""
    SELECT * FROM (
        SELECT first.id, first.due_at, webhook_id, office_id, url, standing,
               row_number() OVER (PARTITION BY office_id ORDER BY standing, first.due_at, first.id) AS place
        FROM (
            SELECT id AS webhook_id, office_id, url, CASE
                WHEN failing_since IS NOT NULL OR last_attempt_s > :slow_s THEN 2
                WHEN last_delivered_at IS NULL THEN 1
                ELSE 0 END AS standing
            FROM webhook
            WHERE removed_at IS NULL AND id <> ALL (CAST(:busy AS bigint[]))
                AND office_id <> ALL (CAST(:full AS bigint[]))
        ) receiver CROSS JOIN LATERAL (
            SELECT d.id, d.due_at FROM webhook_delivery d
            WHERE d.webhook_id = receiver.webhook_id AND d.delivered_at IS NULL AND d.dead_at IS NULL
                AND d.due_at <= :at
            ORDER BY d.due_at, d.id LIMIT 1
        ) first
    ) due WHERE place <= :most ORDER BY place, due_at, id
""")


async def claim_deliveries(
    connection: AsyncConnection, deliveries: Sequence[int], at: dt.datetime, *, until: dt.datetime
) -> Sequence[Any]:
    """Claim the deliveries that no other sender has, and count the attempt; `payload` is its text.

    No other sender takes them before `until`: if a sender dies, its deliveries are free again at that time.
    """
    values = {"deliveries": list(deliveries), "at": at, "until": until}
    return (await connection.execute(CLAIM_DELIVERIES, values)).all()


CLAIM_DELIVERIES = text("""
    WITH due AS (
        SELECT id FROM webhook_delivery
        WHERE id = ANY (CAST(:deliveries AS bigint[])) AND delivered_at IS NULL AND dead_at IS NULL AND due_at <= :at
        FOR UPDATE SKIP LOCKED
    )
    UPDATE webhook_delivery d SET attempts = attempts + 1, due_at = :until FROM due WHERE d.id = due.id
    RETURNING d.id, d.attempts, CAST(d.payload AS text) AS payload
""")


async def record_delivery(
    connection: AsyncConnection, webhook: int, delivery: int, at: dt.datetime, *, took_s: float
) -> None:
    """Record that the receiver took the message, even if it was given up meanwhile."""
    # The webhook's row first, in the order of its removal: two transactions that wait for each other would both fail.
    receiver = update(Webhook).where(Webhook.id == webhook)
    await connection.execute(receiver.values(last_delivered_at=at, failing_since=None, last_attempt_s=took_s))
    delivered = update(WebhookDelivery).where(WebhookDelivery.id == delivery, WebhookDelivery.delivered_at.is_(None))
    await connection.execute(delivered.values(delivered_at=at, dead_at=None, last_error=None))


async def record_failure(
    connection: AsyncConnection,
    webhook: int,
    delivery: int,
    at: dt.datetime,
    *,
    took_s: float,
    error: str,
    due_at: dt.datetime | None,
) -> None:
    """Store the error, and try again at `due_at`; None gives the message up."""
    receiver = update(Webhook).where(Webhook.id == webhook)
    since = func.coalesce(Webhook.failing_since, at)
    await connection.execute(receiver.values(failing_since=since, last_attempt_s=took_s))
    failed = update(WebhookDelivery).where(WebhookDelivery.id == delivery, PENDING)
    then = {"dead_at": at} if due_at is None else {"due_at": due_at}
    await connection.execute(failed.values(last_error=error, **then))


async def retry_dead_delivery(connection: AsyncConnection, webhook: int, delivery: int, at: dt.datetime) -> bool:
    """Send a message that was given up once more, from the first attempt on; return False if there is none."""
    result = await connection.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery,
            WebhookDelivery.webhook_id == webhook,
            WebhookDelivery.dead_at.is_not(None),
        )
        .values(dead_at=None, attempts=0, due_at=at)
    )
    await announce_delivery(connection)
    return result.rowcount > 0
