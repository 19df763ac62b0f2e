"""Webhooks in turns: dead, slow and hostile receivers hold up no others, and no office has too many."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from helpers.offices import create_office
from helpers.servers.service import PATIENCE_S
from helpers.servers.webhook_receiver import HOSTILE, Receiver, run_hostile_receiver, run_receiver
from helpers.webhooks import (
    Clock,
    create_office_key,
    create_webhook,
    fetch_deliveries,
    open_engine_with_points,
    publish_statuses,
    send_due_messages,
)
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.main import create_app
from api.settings import get_settings
from api.subscriptions.webhooks import delivery as webhook_sender
from api.subscriptions.webhooks import url_policy as webhook_address
from api.subscriptions.webhooks.delivery import run_sender
from models.accounts import webhook_deliveries
from models.accounts.webhook_deliveries import TOO_MANY, fetch_due_deliveries, record_delivery
from models.accounts.webhooks import MAX_DEAD_PER_PAGE, add_webhook
from models.tables.office import Office
from models.tables.webhook import Webhook, WebhookDelivery

DEAD = 60
LONGEST_DELAY_S = 5


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Receivers of tests lie at loopback addresses."""
    monkeypatch.setenv("CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("CROSSINGS_SECRET", "for tests alone, and of thirty-two characters or more")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
async def engine(database_of_its_own: str) -> AsyncIterator[AsyncEngine]:
    async with open_engine_with_points(database_of_its_own) as engine:
        yield engine


@pytest.fixture
async def service(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """The service as it runs, but for the task that sends by itself."""
    transport = httpx.ASGITransport(create_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def add_receivers(engine: AsyncEngine, office: str, url: str, number: int) -> None:
    """Give the office as many webhooks as it had before there was a bound."""
    async with engine.begin() as database:
        code = await create_office(database, office, countries=["FJI", "SRB"])
        office_id = (await database.execute(select(Office.id).where(Office.code == code))).scalar_one()
        now = Clock().now
        for each in range(number):
            where = url.format(each)
            await add_webhook(database, office_id, url=where, iso3s=[], regions=[], at=now, most=number + 10)


async def told_within(seconds: float, *receivers: Receiver) -> float:
    """Wait for each to be told, and return how long it took."""
    began_s = time.monotonic()
    async with asyncio.timeout(seconds):
        await asyncio.gather(*(each.told.wait() for each in receivers))
    return time.monotonic() - began_s


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_receivers_of_an_office_hold_up_no_other(
    engine: AsyncEngine, service: httpx.AsyncClient, kind: str
) -> None:
    """Of another office, and the office's own that took a message before."""
    async with run_receiver() as own, run_receiver() as other, run_hostile_receiver(kind) as bad, run_sender(engine):
        await create_webhook(service, await create_office_key(engine, "hostile"), own.url)
        await publish_statuses(engine, "FJ-NAN")
        await told_within(PATIENCE_S, own)
        own.told.clear()
        await add_receivers(engine, "hostile", bad + "/{}", DEAD)
        await create_webhook(service, await create_office_key(engine, "another"), other.url)
        await publish_statuses(engine, "RS-HOR")
        await told_within(LONGEST_DELAY_S, own, other)


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """While name servers do not answer for hosts that begin with `slow`; those that were asked for."""
    asked: list[str] = []
    released = threading.Event()
    really = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> Any:
        if not host.startswith("slow"):
            return really(host, *args, **options)
        asked.append(host)
        released.wait(PATIENCE_S)
        raise socket.gaierror

    monkeypatch.setattr(webhook_address.socket, "getaddrinfo", look_up)
    yield asked
    released.set()


async def test_hosts_that_are_looked_up_slowly_hold_up_no_other(
    engine: AsyncEngine, service: httpx.AsyncClient, slow_names: list[str]
) -> None:
    async with run_receiver() as other, run_sender(engine):
        await add_receivers(engine, "hostile", "http://slow-{}.example/", DEAD)
        # A name, so that it is looked up too.
        await create_webhook(
            service, await create_office_key(engine, "another"), other.url.replace("127.0.0.1", "localhost")
        )
        await publish_statuses(engine, "RS-HOR")
        await told_within(LONGEST_DELAY_S, other)
    assert len(slow_names) < DEAD


async def test_slow_look_up_of_a_new_webhook_is_one_of_few(
    engine: AsyncEngine, service: httpx.AsyncClient, slow_names: list[str]
) -> None:
    headers = await create_office_key(engine)
    body = {"url": "http://slow.example/"}
    answers = await asyncio.gather(*(service.post("/webhooks", json=body, headers=headers) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [400, 400, 503]
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 503)
    assert len(slow_names) == 2


async def test_office_has_a_bounded_number_of_webhooks(
    engine: AsyncEngine, service: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSINGS_WEBHOOKS_PER_OFFICE", "2")
    get_settings.cache_clear()
    headers = await create_office_key(engine)
    bodies = [{"url": f"http://127.0.0.1:{port}/"} for port in range(8001, 8007)]
    answers = await asyncio.gather(*(service.post("/webhooks", json=body, headers=headers) for body in bodies))
    made = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(made), len(refused)) == (2, 4)
    assert "an office may have 2 webhooks" in refused[0].json()["detail"]
    assert (await service.delete(made[0].json()["href"], headers=headers)).status_code == 204
    assert (await service.post("/webhooks", json=bodies[0], headers=headers)).status_code == 201
    await create_webhook(service, await create_office_key(engine, "another"), "http://127.0.0.1:8001/")


async def test_office_that_has_more_webhooks_than_the_bound_keeps_them(
    engine: AsyncEngine, service: httpx.AsyncClient
) -> None:
    async with run_receiver() as receiver:
        await add_receivers(engine, "world", receiver.url, 25)
        headers = await create_office_key(engine)
        assert (await service.post("/webhooks", json={"url": receiver.url}, headers=headers)).status_code == 409
        await publish_statuses(engine, "FJ-NAN")
        clock = Clock()
        while await send_due_messages(engine, clock):
            pass
        assert len(receiver.bodies) == 25
    assert len((await service.get("/webhooks", headers=headers)).json()["webhooks"]) == 25


async def test_oldest_of_too_many_waiting_messages_are_given_up_with_the_reason(
    engine: AsyncEngine, service: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_deliveries, "MAX_WAITING", 3)
    headers = await create_office_key(engine)
    async with run_receiver() as receiver:
        made = await create_webhook(service, headers, receiver.url)
        told = [await publish_statuses(engine, "FJ-NAN", status=("closed", "open")[number % 2]) for number in range(5)]
        (listed,) = (await service.get("/webhooks", headers=headers)).json()["webhooks"]
        assert (listed["waiting"], listed["dead"]) == (3, 2)
        dead = (await service.get(f"{made['href']}/dead", headers=headers)).json()["dead"]
        assert [message["last_error"] for message in dead] == [TOO_MANY] * 2
        clock = Clock()
        while await send_due_messages(engine, clock):
            pass
        assert [message["submission"] for message in receiver.messages] == [each["id"] for each in told[2:]]


async def test_message_given_up_on_its_way_counts_as_delivered(engine: AsyncEngine) -> None:
    await add_receivers(engine, "world", "http://127.0.0.1:8001/", 1)
    await publish_statuses(engine, "FJ-NAN")
    (message,) = await fetch_deliveries(engine)
    now = Clock().now
    async with engine.begin() as database:
        await database.execute(update(WebhookDelivery).values(dead_at=now, last_error=TOO_MANY))
        await record_delivery(database, message.webhook_id, message.id, now, took_s=0.1)
    (message,) = await fetch_deliveries(engine)
    assert (message.delivered_at, message.dead_at, message.last_error) == (now, None, None)


async def test_dead_messages_are_listed_in_pages(engine: AsyncEngine, service: httpx.AsyncClient) -> None:
    headers = await create_office_key(engine)
    made = await create_webhook(service, headers, "http://127.0.0.1:8001/")
    now = Clock().now
    dead = {"webhook_id": made["id"], "created_at": now, "due_at": now, "dead_at": now, "payload": {}}
    async with engine.begin() as database:
        await database.execute(insert(WebhookDelivery), [dead] * (MAX_DEAD_PER_PAGE + 5))
    first = (await service.get(f"{made['href']}/dead", headers=headers)).json()
    rest = (await service.get(first["links"][-1]["href"], headers=headers)).json()
    assert [link["rel"] for link in first["links"] + rest["links"]] == ["self", "next", "self"]
    numbers = [message["id"] for message in first["dead"] + rest["dead"]]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) == MAX_DEAD_PER_PAGE + 5


async def test_sender_is_notified_of_updates(
    engine: AsyncEngine, service: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "LOOKING_EVERY_S", 3600)
    async with run_receiver() as receiver, run_sender(engine):
        await create_webhook(service, await create_office_key(engine), receiver.url)
        await until_the_sender_has_looked(engine)
        await publish_statuses(engine, "FJ-NAN")
        await told_within(PATIENCE_S, receiver)


async def until_the_sender_has_looked(engine: AsyncEngine) -> None:
    looked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'crossings webhooks' AND state = 'idle' AND query LIKE 'COMMIT%'"
    )
    async with asyncio.timeout(PATIENCE_S), engine.connect() as database:
        while not await database.scalar(looked):
            await database.rollback()
            await asyncio.sleep(0.05)


async def test_sender_goes_on_when_the_database_hung_up(
    engine: AsyncEngine, service: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "LOOKING_EVERY_S", 0.1)
    async with run_receiver() as receiver, run_sender(engine):
        await create_webhook(service, await create_office_key(engine), receiver.url)
        await publish_statuses(engine, "FJ-NAN")
        await told_within(PATIENCE_S, receiver)
        receiver.told.clear()
        async with engine.connect() as database:
            await database.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        await publish_statuses(engine, "RS-HOR")
        await told_within(PATIENCE_S, receiver)


async def test_prompt_receivers_come_before_new_and_those_before_failing_and_slow_ones(engine: AsyncEngine) -> None:
    await add_receivers(engine, "world", "http://127.0.0.1:8001/{}", 4)
    await publish_statuses(engine, "FJ-NAN")
    now = Clock().now
    how = [{"failing_since": now}, {}, {"last_delivered_at": now, "last_attempt_s": 9}, {"last_delivered_at": now}]
    async with engine.begin() as database:
        numbers = list(await database.scalars(select(Webhook.id).order_by(Webhook.id)))
        for number, values in zip(numbers, how, strict=True):
            if values:
                await database.execute(update(Webhook).where(Webhook.id == number).values(values))
        due = await fetch_due_deliveries(database, now, busy_webhooks=[], full_offices=[])
        assert [(numbers.index(each.webhook_id), each.standing) for each in due] == [(3, 0), (1, 1), (0, 2), (2, 2)]
        assert await fetch_due_deliveries(database, now, busy_webhooks=numbers, full_offices=[]) == []
        assert await fetch_due_deliveries(database, now, busy_webhooks=[], full_offices=[due[0].office_id]) == []


async def test_delivery_state_is_shown_to_its_office(engine: AsyncEngine, service: httpx.AsyncClient) -> None:
    headers, clock = await create_office_key(engine), Clock()
    async with run_receiver() as receiver:
        await create_webhook(service, headers, receiver.url)
        receiver.statuses = [500]
        await publish_statuses(engine, "FJ-NAN")
        await send_due_messages(engine, clock)
        (failing,) = (await service.get("/webhooks", headers=headers)).json()["webhooks"]
        clock.forward(hours=1)
        await send_due_messages(engine, clock)
        (good,) = (await service.get("/webhooks", headers=headers)).json()["webhooks"]
    assert (failing["last_delivered_at"], bool(failing["failing_since"])) == (None, True)
    assert (bool(good["last_delivered_at"]), good["failing_since"]) == (True, None)
    assert good["last_attempt_s"] > 0


async def test_webhooks_with_the_same_countries_get_the_same_message(engine: AsyncEngine) -> None:
    await add_receivers(engine, "world", "http://127.0.0.1:8001/{}", 3)
    await publish_statuses(engine, "FJ-NAN")
    async with engine.connect() as database:
        told = select(func.count(WebhookDelivery.payload.distinct()), func.count()).select_from(WebhookDelivery)
        assert (await database.execute(told)).one() == (1, 3)
