"""Webhooks for tests: creation, messages, and their state."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from helpers.factories import add_poe
from helpers.offices import build_bearer, create_key, create_office
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.dependencies import fetch_caller
from api.auth.last_used import wait_for_key_uses
from api.database.engine import build_engine
from api.submissions.raw_row import RawRow
from api.submissions.rows import RawSubmission
from api.submissions.service import Json, submit
from api.submissions.submission import IncomingSubmission
from api.subscriptions.webhooks.delivery import WebhookSender
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.country import Region, RegionMember
from models.tables.webhook import WebhookDelivery

Headers = dict[str, str]


@asynccontextmanager
async def open_engine_with_points(address: str) -> AsyncIterator[AsyncEngine]:
    """Yield an engine on the database, to which a point in Fiji, one in Serbia and a region with Serbia were added."""
    engine = build_engine(address)
    async with engine.begin() as database:
        await add_poe(database, "FJ-NAN")
        await add_poe(database, "RS-HOR", iso3="SRB")
        await database.execute(insert(Region).values(code="balkans", kind="custom", label="Balkans"))
        member = {"region_code": "balkans", "iso3": "SRB", "valid_during": Range(BEGINNING_OF_TIME, None)}
        await database.execute(insert(RegionMember).values(**member))
    yield engine
    await wait_for_key_uses()
    await engine.dispose()


class Clock:
    """A clock that a test moves, from an hour ahead: on a busy machine a message is made seconds later."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += dt.timedelta(**time)


async def create_office_key(engine: AsyncEngine, office: str = "world") -> Headers:
    async with engine.begin() as database:
        await create_office(database, office, countries=["FJI", "SRB"])
        return build_bearer(await create_key(database, office))


async def create_webhook(service: httpx.AsyncClient, headers: Headers, url: str, **body: Any) -> Json:
    response = await service.post("/webhooks", json={"url": url, **body}, headers=headers)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def publish_statuses(
    engine: AsyncEngine, *points: str, status: str = "closed", on: str = "2020-03-01", **cells: str
) -> Json:
    """Have an office publish that the status holds at the points from the day on; `cells` are more of each row."""
    said = {"assessed_on": on, "valid_from": on, "operational_status": status, **cells}
    rows = [{"point": point, **said} for point in points]
    raw = RawSubmission(tuple(RawRow(number, row) for number, row in enumerate(rows, start=2)))
    async with engine.begin() as database:
        code = await create_office(database, "publisher", countries=["FJI", "SRB"])
        caller = await fetch_caller(database, (await create_key(database, code)).prefix, dt.date(2020, 5, 1))
        incoming = IncomingSubmission(json.dumps(rows).encode(), "application/json")
        return await submit(database, caller, incoming, raw, dt.datetime.now(dt.UTC))


async def send_due_messages(engine: AsyncEngine, clock: Clock) -> int:
    """Send what is due and finds a slot, and return the number of messages."""
    sender = WebhookSender(engine, clock)
    try:
        started = await sender.start_due()
        await sender.finish()
    finally:
        await sender.stop()
    return started


async def fetch_deliveries(engine: AsyncEngine) -> list[Any]:
    async with engine.connect() as database:
        return list((await database.execute(select(WebhookDelivery).order_by(WebhookDelivery.id))).all())
