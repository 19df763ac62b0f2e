"""Statements of offices' webhooks and of their subscribed countries. The messages are in
`models/accounts/webhook_deliveries.py`.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Text, and_, case, func, insert, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from models.queries.filters import is_one_of
from models.tables.bitemporal import Days, overlaps
from models.tables.country import RegionMember
from models.tables.office import Office
from models.tables.webhook import PENDING, Webhook, WebhookDelivery

Statement = Select[*tuple[Any, ...]]
MAX_DEAD_PER_PAGE = 50


class TooManyWebhooks(ValueError):
    """Error that the office has the maximum number of webhooks; the message names the maximum."""


async def add_webhook(
    connection: AsyncConnection,
    office_id: int,
    *,
    url: str,
    iso3s: Sequence[str],
    regions: Sequence[str],
    at: dt.datetime,
    most: int,
) -> int:
    """Subscribe the address to changes in any of the countries and regions, or in all without either; return its
    number.

    Raise TooManyWebhooks if the office has `most` or more.
    """
    await _check_webhook_limit(connection, office_id, most)
    values = {"office_id": office_id, "url": url, "iso3s": list(iso3s), "regions": list(regions), "created_at": at}
    return (await connection.execute(insert(Webhook).values(**values).returning(Webhook.id))).scalar_one()


async def _check_webhook_limit(connection: AsyncConnection, office_id: int, most: int) -> None:
    # Lock the office's row first: two transactions that count at the same time would both be below the limit.
    await connection.execute(select(Office.id).where(Office.id == office_id).with_for_update(key_share=True))
    own = select(func.count()).where(Webhook.office_id == office_id, Webhook.removed_at.is_(None))
    if (await connection.execute(own)).scalar_one() >= most:
        raise TooManyWebhooks(f"an office can have at most {most} webhooks; delete one first")


def select_webhooks(office_id: int, number: int | None = None) -> Statement:
    """Select the office's webhooks that were not removed, with their numbers of waiting and dead messages.

    With a number, only the webhook with this number.
    """
    of_this = WebhookDelivery.webhook_id == Webhook.id
    counted = {"waiting": PENDING, "dead": WebhookDelivery.dead_at.is_not(None)}
    described = (Webhook.id, Webhook.url, Webhook.iso3s, Webhook.regions, Webhook.created_at)
    columns = (*described, Webhook.last_delivered_at, Webhook.failing_since, Webhook.last_attempt_s)
    statement = (
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
    return statement if number is None else statement.where(Webhook.id == number)


async def remove_webhook(connection: AsyncConnection, number: int, at: dt.datetime) -> None:
    """Remove the webhook, and drop its waiting messages."""
    await connection.execute(update(Webhook).where(Webhook.id == number).values(removed_at=at))
    waiting = update(WebhookDelivery).where(WebhookDelivery.webhook_id == number, PENDING)
    await connection.execute(waiting.values(dead_at=at, last_error="the webhook was removed"))


def select_dead_deliveries(number: int, before: int | None = None) -> Statement:
    """Select the messages with no more attempts, the latest first: a page and one more, before the id."""
    columns = ("id", "created_at", "attempts", "dead_at", "last_error", "payload")
    statement = (
        select(*(getattr(WebhookDelivery, name) for name in columns))
        .where(WebhookDelivery.webhook_id == number, WebhookDelivery.dead_at.is_not(None))
        .order_by(WebhookDelivery.id.desc())
        .limit(MAX_DEAD_PER_PAGE + 1)
    )
    return statement if before is None else statement.where(WebhookDelivery.id < before)


def select_listeners(on: dt.date) -> Statement:
    """Select `id` and `iso3s` of each webhook: its countries and the countries in its regions on the day.

    Null means all countries.
    """
    members = select(RegionMember.iso3).where(
        is_one_of(RegionMember.region_code, Webhook.regions), overlaps(RegionMember.valid_during, Days.on(on))
    )
    in_regions = func.array(members.correlate(Webhook).scalar_subquery(), type_=ARRAY(Text))
    wants_all = and_(func.cardinality(Webhook.iso3s) == 0, func.cardinality(Webhook.regions) == 0)
    countries = case((wants_all, null()), else_=func.array_cat(Webhook.iso3s, in_regions))
    return select(Webhook.id, countries.label("iso3s")).where(Webhook.removed_at.is_(None)).order_by(Webhook.id)
