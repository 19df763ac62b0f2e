"""Telling webhooks: signed, tried again after ever longer pauses, and given up after the last.

Several processes share the work; what is due stands in the database, so a restart loses nothing. A message is sent
at least once: a process that dies between sending and noting it leaves it to be sent again, under the same `id`.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from secrets import SystemRandom
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from api.server_secret import derived_secret
from api.webhook_address import AddressRefused, looked_up, parse_address
from models.webhooks import claim_due, note_delivered, note_failed

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]
TIMEOUT_S = 10
# Longer than a message can take, so that no other sender takes it meanwhile.
CLAIM_S = 60
AT_ONCE = 20
LOOKING_EVERY_S = 5
# After the first attempt, the second, ...: two and a half days in all, which outlasts a weekend.
PAUSES_S = (30, 90, 270, 900, 2700, 7200, 21_600, 43_200, 43_200, 43_200, 43_200)
MOST_ATTEMPTS = len(PAUSES_S) + 1
LONGEST_ERROR = 300
random = SystemRandom()


class NotDelivered(Exception):
    """The receiver did not take the message; the message of this says why."""


@asynccontextmanager
async def sending(engine: AsyncEngine) -> AsyncIterator[None]:
    """Send what is due until the block ends."""
    task = asyncio.create_task(_send_for_ever(engine))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _send_for_ever(engine: AsyncEngine) -> None:
    async with new_client() as client:
        while True:
            taken = 0
            try:
                taken = await send_due(engine, client, _now)
            except Exception as error:  # noqa: BLE001 - the database may be away for a while, and come back
                log.warning("webhooks were not told: %s", error)
            if taken < AT_ONCE:
                await asyncio.sleep(LOOKING_EVERY_S)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def new_client() -> httpx.AsyncClient:
    """A client that follows no redirect and asks no proxy: either would lead around the check of the address.

    It keeps no connection: one to the same address was made to another host, and has that host's certificate.
    """
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=TIMEOUT_S, limits=limits)


async def send_due(engine: AsyncEngine, client: httpx.AsyncClient, clock: Clock) -> int:
    """Send some of what is due by the clock, and give their number."""
    now = clock()
    async with engine.begin() as connection:
        until = now + dt.timedelta(seconds=CLAIM_S)
        taken = await claim_due(connection, now, until=until, limit=AT_ONCE)
    await asyncio.gather(*(_deliver(engine, client, delivery, clock) for delivery in taken))
    return len(taken)


async def _deliver(engine: AsyncEngine, client: httpx.AsyncClient, delivery: Any, clock: Clock) -> None:  # noqa: ANN401 - a row
    error = None
    try:
        await _send(client, delivery, clock())
    except (NotDelivered, AddressRefused) as reason:
        error = str(reason)[:LONGEST_ERROR]
    async with engine.begin() as connection:
        if error is None:
            await note_delivered(connection, delivery.id, clock())
        else:
            due_at = next_attempt(delivery.attempts, clock())
            await note_failed(connection, delivery.id, clock(), error, due_at=due_at)


async def _send(client: httpx.AsyncClient, delivery: Any, at: dt.datetime) -> None:  # noqa: ANN401 - a row
    """Raises NotDelivered unless the receiver answers 2xx in time, and AddressRefused."""
    body = json.dumps({"id": delivery.id, **delivery.payload}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Crossings"}
    headers["Crossings-Signature"] = signature(signing_secret(delivery.webhook_id), body, at)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            status = await _post(client, delivery.url, body, headers)
    except TimeoutError:
        raise NotDelivered(f"no answer within {TIMEOUT_S} seconds") from None
    except httpx.HTTPError as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from None
    if not 200 <= status < 300:
        raise NotDelivered(f"the answer was {status}" + ("; redirects are not followed" if 300 <= status < 400 else ""))


async def _post(client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer, which is not read any further: it could be without an end."""
    target = await looked_up(parse_address(url))
    named = headers | {"Host": target.url.netloc.decode("ascii")}
    # Connected to the address that was checked, while TLS still asks for the host's certificate.
    extensions = {"sni_hostname": target.url.raw_host.decode("ascii")}
    to = target.url.copy_with(host=target.ip)
    async with client.stream("POST", to, content=body, headers=named, extensions=extensions) as response:
        return response.status_code


def signing_secret(webhook_id: int) -> str:
    """What the office was given when it made the webhook."""
    return f"whsec_{derived_secret(f'webhook {webhook_id}')}"


def signature(secret: str, body: bytes, at: dt.datetime) -> str:
    """The Crossings-Signature of a body sent at the moment: `t=<unix time>,v1=<HMAC-SHA256 of "t.body", in hex>`."""
    moment = str(int(at.timestamp()))
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def next_attempt(attempts: int, at: dt.datetime) -> dt.datetime | None:
    """When to try again after so many attempts, within a fifth of the pause, so that not all come back together.

    None gives the message up.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    return at + dt.timedelta(seconds=PAUSES_S[attempts - 1] * random.uniform(0.8, 1.2))
