"""Webhooks: an office's own address is told of what is published, signed, and until it answers."""

import asyncio
import datetime as dt
import hashlib
import hmac
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from helpers.factories import add_poe
from helpers.offices import create_office
from helpers.servers.service import PATIENCE_S
from helpers.servers.webhook_receiver import Receiver, run_receiver
from helpers.webhooks import (
    Clock,
    create_office_key,
    create_webhook,
    fetch_deliveries,
    open_engine_with_points,
    publish_statuses,
    send_due_messages,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.main import create_app
from api.settings import get_settings
from api.submissions.service import Json
from api.subscriptions.webhooks import attempt
from api.subscriptions.webhooks.attempt import MAX_ATTEMPTS, PAUSES_S, compute_next_attempt
from api.subscriptions.webhooks.delivery import CLAIM_S, WebhookSender, run_sender
from api.subscriptions.webhooks.outbox import MAX_CHANGES, MAX_CHANGES_BYTES
from api.subscriptions.webhooks.signature import derive_secret, sign_body
from models.tables.audit import AuditEntry

SECRET = "for tests alone, and of thirty-two characters or more"  # noqa: S105 - it is no one's


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Receivers of tests lie at loopback addresses."""
    monkeypatch.setenv("CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("CROSSINGS_SECRET", SECRET)
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


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with run_receiver() as receiver:
        yield receiver


async def test_webhook_receives_a_published_update(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    answer = await publish_statuses(engine, "FJ-NAN")
    assert await send_due_messages(engine, Clock()) == 1
    (message,) = receiver.messages
    assert (message["submission"], message["recorded_at"]) == (answer["id"], answer["recorded_at"])
    assert (message["count"], message["more"]) == (1, None)
    (change,) = message["changes"]
    assert (change["code"], change["operational_status"], change["status_before"]) == ("FJ-NAN", "closed", None)


async def test_its_signature_is_that_of_the_secret_given_once(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    headers = await create_office_key(engine)
    secret = (await create_webhook(service, headers, receiver.url))["signing_secret"]
    await publish_statuses(engine, "FJ-NAN")
    clock = Clock()
    await send_due_messages(engine, clock)
    parts = dict(part.split("=", 1) for part in receiver.headers[0]["crossings-signature"].split(","))
    expected = hmac.new(secret.encode(), parts["t"].encode() + b"." + receiver.bodies[0], hashlib.sha256).hexdigest()
    assert (parts["v1"], parts["t"]) == (expected, str(int(clock.now.timestamp())))
    assert "secret" not in (await service.get("/webhooks", headers=headers)).text


async def test_unchanged_update_sends_no_message(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await publish_statuses(engine, "FJ-NAN")
    await create_webhook(service, await create_office_key(engine), receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    assert await fetch_deliveries(engine) == []


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ({}, {"FJ-NAN", "RS-HOR"}),
        ({"countries": ["FJI"]}, {"FJ-NAN"}),
        ({"regions": ["balkans"]}, {"RS-HOR"}),
        ({"countries": ["FJI"], "regions": ["balkans"]}, {"FJ-NAN", "RS-HOR"}),
    ],
)
async def test_webhook_receives_its_countries_and_regions(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver, places: Json, told: set[str]
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url, **places)
    await publish_statuses(engine, "FJ-NAN", "RS-HOR")
    await send_due_messages(engine, Clock())
    assert {change["code"] for change in receiver.messages[0]["changes"]} == told


async def test_webhook_receives_no_other_countries(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url, countries=["FJI"])
    await publish_statuses(engine, "RS-HOR")
    assert await fetch_deliveries(engine) == []


async def test_unpublished_update_sends_no_message(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    async with engine.connect() as database:
        await create_office(database, "publisher", countries=["FJI"], needs_review=True)
        await database.commit()
    assert (await publish_statuses(engine, "FJ-NAN"))["state"] == "waiting"
    assert await fetch_deliveries(engine) == []


async def test_large_publication_is_sent_in_part_with_a_link(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url, countries=["FJI"])
    codes = [f"FJ-{number:03}" for number in range(MAX_CHANGES + 30)]
    async with engine.begin() as database:
        for code in codes:
            await add_poe(database, code)
    await publish_statuses(engine, *codes, "RS-HOR")
    await publish_statuses(engine, "FJ-NAN")
    await send_due_messages(engine, Clock())
    message = next(message for message in receiver.messages if message["count"] > 1)
    rest = (await service.get(message["more"])).json()["items"]
    told = [change["code"] for change in message["changes"]] + [item["_crossings"]["code"] for item in rest]
    assert (message["count"], len(message["changes"])) == (len(codes), MAX_CHANGES)
    assert sorted(told) == codes


async def test_message_of_long_comments_is_short_and_names_the_rest(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url, countries=["FJI"])
    codes = [f"FJ-{number:03}" for number in range(30)]
    async with engine.begin() as database:
        for code in codes:
            await add_poe(database, code)
    await publish_statuses(engine, *codes, comment="é" * 9_000)
    await send_due_messages(engine, Clock())
    (message,) = receiver.messages
    assert len(receiver.bodies[0]) < 1.1 * MAX_CHANGES_BYTES
    rest = (await service.get(message["more"])).json()["items"]
    told = [change["code"] for change in message["changes"]] + [item["_crossings"]["code"] for item in rest]
    assert message["count"] == len(codes)
    assert sorted(told) == codes


async def test_failed_message_is_sent_again_after_a_pause(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    receiver.statuses = [500]
    clock = Clock()
    assert await send_due_messages(engine, clock) == 1
    (waiting,) = await fetch_deliveries(engine)
    assert (waiting.last_error, waiting.delivered_at) == ("the answer was 500", None)
    clock.forward(seconds=PAUSES_S[0] * 0.7)
    assert await send_due_messages(engine, clock) == 0
    clock.forward(seconds=PAUSES_S[0])
    assert await send_due_messages(engine, clock) == 1
    (delivered,) = await fetch_deliveries(engine)
    assert (delivered.delivered_at, delivered.attempts) == (clock.now, 2)
    assert receiver.bodies[0] == receiver.bodies[1]


def test_pauses_grow_and_end() -> None:
    now = dt.datetime(2020, 5, 3, tzinfo=dt.UTC)
    for attempts, pause_s in enumerate(PAUSES_S, start=1):
        pauses = {((compute_next_attempt(attempts, now) or now) - now).total_seconds() for _ in range(20)}
        assert 0.8 * pause_s <= min(pauses) < max(pauses) <= 1.2 * pause_s
    assert compute_next_attempt(MAX_ATTEMPTS, now) is None
    assert list(PAUSES_S) == sorted(PAUSES_S)


async def given_up(engine: AsyncEngine, receiver: Receiver, clock: Clock) -> None:
    """Have every attempt fail."""
    receiver.statuses = [503] * MAX_ATTEMPTS
    for _ in range(MAX_ATTEMPTS):
        assert await send_due_messages(engine, clock) == 1
        clock.forward(hours=15)


async def test_message_that_is_given_up_is_listed_and_can_be_sent_again(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    headers = await create_office_key(engine)
    made = await create_webhook(service, headers, receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    clock = Clock()
    await given_up(engine, receiver, clock)
    assert await send_due_messages(engine, clock) == 0
    (listed,) = (await service.get("/webhooks", headers=headers)).json()["webhooks"]
    assert (listed["waiting"], listed["dead"]) == (0, 1)
    (dead,) = (await service.get(f"{made['href']}/dead", headers=headers)).json()["dead"]
    assert (dead["attempts"], dead["last_error"]) == (MAX_ATTEMPTS, "the answer was 503")
    assert (await service.post(dead["retry"], headers=headers)).status_code == 202
    assert (await service.post(dead["retry"], headers=headers)).status_code == 404
    assert await send_due_messages(engine, clock) == 1
    assert len(set(receiver.bodies)) == 1
    assert (await fetch_deliveries(engine))[0].delivered_at == clock.now


async def test_two_senders_send_each_message_once(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    for number in range(50):
        await publish_statuses(engine, "FJ-NAN", status="closed" if number % 2 else "open")
    clock = Clock()

    async def send_all() -> None:
        sender = WebhookSender(engine, clock)
        while await sender.start_due():
            await sender.finish()

    await asyncio.gather(send_all(), send_all())
    told = [message["id"] for message in receiver.messages]
    assert len(told) == len(set(told)) == 50


async def test_message_taken_by_a_sender_that_died_is_sent_by_another(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    clock = Clock()
    receiver.answers = False
    dying = asyncio.create_task(send_due_messages(engine, clock))
    await receiver.told.wait()
    dying.cancel()
    await asyncio.wait([dying])
    receiver.answers = True
    assert await send_due_messages(engine, clock) == 0
    clock.forward(seconds=CLAIM_S)
    assert await send_due_messages(engine, clock) == 1
    assert [message["id"] for message in receiver.messages] == [receiver.messages[0]["id"]] * 2


async def test_service_sends_by_itself(engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    async with run_sender(engine), asyncio.timeout(PATIENCE_S):
        await receiver.told.wait()


async def test_receiver_that_does_not_answer_is_not_waited_for(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "TIMEOUT_S", 0.2)
    await create_webhook(service, await create_office_key(engine), receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    receiver.answers = False
    await send_due_messages(engine, Clock())
    assert (await fetch_deliveries(engine))[0].last_error == "no answer within 0.2 seconds"


async def test_redirects_are_not_followed(engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    receiver.statuses = [302]
    await send_due_messages(engine, Clock())
    assert (await fetch_deliveries(engine))[0].last_error == "the answer was 302; redirects are not followed"


async def test_removed_webhook_receives_nothing(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    headers = await create_office_key(engine)
    made = await create_webhook(service, headers, receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    assert (await service.delete(made["href"], headers=headers)).status_code == 204
    await publish_statuses(engine, "RS-HOR")
    assert await send_due_messages(engine, Clock()) == 0
    assert (await service.get("/webhooks", headers=headers)).json() == {"webhooks": []}
    assert (await service.delete(made["href"], headers=headers)).status_code == 404


async def test_office_has_nothing_to_do_with_the_webhooks_of_another(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await create_webhook(service, await create_office_key(engine), receiver.url)
    other = await create_office_key(engine, "another")
    path = made["href"]
    assert (await service.get("/webhooks", headers=other)).json() == {"webhooks": []}
    assert (await service.get(f"{path}/dead", headers=other)).status_code == 404
    assert (await service.post(f"{path}/dead/1/retry", headers=other)).status_code == 404
    assert (await service.delete(path, headers=other)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhooks"),
        ("GET", "/webhooks"),
        ("DELETE", "/webhooks/1"),
        ("GET", "/webhooks/1/dead"),
        ("POST", "/webhooks/1/dead/1/retry"),
    ],
)
async def test_webhooks_take_a_key(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, path)).status_code == 401


async def test_webhook_changes_are_audited_without_the_secret(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    headers = await create_office_key(engine)
    made = await create_webhook(service, headers, receiver.url)
    await service.delete(made["href"], headers=headers)
    async with engine.connect() as database:
        about = AuditEntry.subject == f"webhook {made['id']}"
        entries = (await database.execute(select(AuditEntry.action, AuditEntry.detail).where(about))).all()
    assert [entry.action for entry in entries] == ["webhook.add", "webhook.remove"]
    assert made["signing_secret"] not in str(entries)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "/told"}, "url"),
        ({"url": "http://user:password@127.0.0.1/"}, "url"),
        ({"url": "http://no-such-host.invalid/"}, "url"),
        ({"url": "http://127.0.0.1/", "countries": ["ZZZ"]}, "countries"),
        ({"url": "http://127.0.0.1/", "regions": ["nowhere"]}, "regions"),
        ({"url": "http://127.0.0.1/", "country": ["FJI"]}, "country"),
        ({}, "url"),
    ],
)
async def test_invalid_webhook_is_named(
    engine: AsyncEngine, service: httpx.AsyncClient, body: Json, field: str
) -> None:
    response = await service.post("/webhooks", json=body, headers=await create_office_key(engine))
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.fixture
def _only_public_addresses(_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES", "false")
    get_settings.cache_clear()


@pytest.mark.usefixtures("_only_public_addresses")
async def test_private_address_is_refused_when_the_webhook_is_made(
    engine: AsyncEngine, service: httpx.AsyncClient
) -> None:
    response = await service.post(
        "/webhooks", json={"url": "http://127.0.0.1/"}, headers=await create_office_key(engine)
    )
    assert response.status_code == 400
    assert response.json()["errors"][0]["reason"] == "127.0.0.1 lies in a network that is not public"


async def test_private_address_is_refused_at_delivery(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await create_webhook(service, await create_office_key(engine), receiver.url)
    await publish_statuses(engine, "FJ-NAN")
    monkeypatch.setenv("CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES", "false")
    get_settings.cache_clear()
    await send_due_messages(engine, Clock())
    assert (await fetch_deliveries(engine))[0].last_error == "127.0.0.1 lies in a network that is not public"
    assert receiver.bodies == []


async def test_host_header_is_the_named_host(
    engine: AsyncEngine, service: httpx.AsyncClient, receiver: Receiver
) -> None:
    named = receiver.url.replace("127.0.0.1", "localhost")
    await create_webhook(service, await create_office_key(engine), named)
    await publish_statuses(engine, "FJ-NAN")
    await send_due_messages(engine, Clock())
    assert receiver.headers[0]["host"] == httpx.URL(named).netloc.decode()


def test_without_a_setting_the_secret_is_a_file_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CROSSINGS_SECRET")
    monkeypatch.setenv("CROSSINGS_DATA_DIR", str(tmp_path / "new"))
    get_settings.cache_clear()
    secret = derive_secret("webhook 1")
    (file,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert derive_secret("webhook 1") == secret != derive_secret("webhook 2")


def test_signature_is_of_the_time_and_the_body() -> None:
    at = dt.datetime(2020, 5, 3, tzinfo=dt.UTC)
    signed = {sign_body("a", b"x", at), sign_body("b", b"x", at), sign_body("a", b"y", at)}
    assert len(signed | {sign_body("a", b"x", at + dt.timedelta(seconds=1))}) == 4
