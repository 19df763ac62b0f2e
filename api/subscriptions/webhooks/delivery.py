"""Deliver webhook messages: signed, retried after ever longer pauses, and given up after the last.

Several processes share the work; due messages are in the database, so a restart loses none. A message is sent at least
once: after a process dies between sending and recording it, the message is sent again under the same `id`.
"""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from api.settings import get_settings
from api.subscriptions.webhooks.attempt import TIMEOUT_S, Delivery, compute_next_attempt, send_delivery
from api.subscriptions.webhooks.slots import DeliverySlots
from api.subscriptions.webhooks.url_policy import find_target
from models.accounts.webhook_deliveries import (
    CHANNEL,
    claim_deliveries,
    fetch_due_deliveries,
    record_delivery,
    record_failure,
)

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]
# Longer than a message takes to be sent and recorded, so that no other sender claims it meanwhile.
CLAIM_S = 60
NOTING_S = CLAIM_S - TIMEOUT_S - 20
DATABASE_TIMEOUT_S = 15
# NOTIFY announces new messages, and polling finds retries. PgBouncer does not forward NOTIFY.
LOOKING_EVERY_S, LOOKING_EVERY_S_THROUGH_PGBOUNCER = 5, 1
SETTINGS = {
    "application_name": "crossings webhooks",
    "statement_timeout": str(DATABASE_TIMEOUT_S * 1000),
    # Messages whose record a crash undoes are sent again, as documented. A busy disk delayed messages by seconds.
    "synchronous_commit": "off",
}
FAILURES = (SQLAlchemyError, OSError, TimeoutError)


@asynccontextmanager
async def run_sender(engine: AsyncEngine) -> AsyncIterator[None]:
    """Send due messages until the block ends, over one connection outside the engine's pool."""
    own = build_engine(engine.url.render_as_string(hide_password=False), pool_size=1, server_settings=SETTINGS)
    sender = WebhookSender(own)
    if not get_settings().crossings_through_pgbouncer:
        _listen(own, sender.news)
    task = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await own.dispose()


def _listen(engine: AsyncEngine, news: asyncio.Event) -> None:
    """Register a listener on each new connection of the engine, which sets the event at a NOTIFY."""

    def listen(connection: Any, _: object) -> None:  # noqa: ANN401 - SQLAlchemy's, around the driver's
        connection.run_async(lambda driver: driver.add_listener(CHANNEL, lambda *_: news.set()))

    event.listen(engine.sync_engine, "connect", listen)


def _get_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class WebhookSender:
    """Sender of due messages; looks for more when a message ends or `news` is set."""

    def __init__(self, engine: AsyncEngine, clock: Clock = _get_now) -> None:
        self.news = asyncio.Event()
        self._engine = engine
        self._clock = clock
        self._slots = DeliverySlots()
        # One connection at a time: a hundred records at once would take the database's connections from readers.
        self._connection_lock = asyncio.Lock()
        self._delivery_tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send due messages for ever."""
        through_pgbouncer = get_settings().crossings_through_pgbouncer
        every_s = LOOKING_EVERY_S_THROUGH_PGBOUNCER if through_pgbouncer else LOOKING_EVERY_S
        try:
            while True:
                self.news.clear()
                if not await self._start_due_or_log():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.news.wait(), every_s)
        finally:
            await self.stop()

    async def start_due(self) -> int:
        """Start sending the due messages that get a slot, and return their number."""
        now = self._clock()
        async with self._open_transaction() as connection:
            busy, full = self._slots.busy_webhooks, self._slots.full_offices
            due = await fetch_due_deliveries(connection, now, busy_webhooks=busy, full_offices=full)
        taken = self._slots.take(due)
        claimed: dict[int, Any] = {}
        try:
            claimed = await self._claim(taken, now)
        finally:
            for each in taken:
                if each.id not in claimed:
                    self._slots.release(each.webhook_id, each.office_id)
        for each in taken:
            if each.id in claimed:
                self._start(Delivery.build(each, claimed[each.id]))
        return len(claimed)

    async def finish(self) -> None:
        """Wait for the messages under way."""
        while self._delivery_tasks:
            await asyncio.wait(self._delivery_tasks)
            # For the callbacks that release the slots.
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Cancel the messages under way; another sender takes them when their claims end."""
        for task in self._delivery_tasks:
            task.cancel()
        await self.finish()

    async def _start_due_or_log(self) -> int:
        try:
            return await self.start_due()
        except Exception as error:  # noqa: BLE001 - the database may be away for a while, and come back
            log.warning("webhook messages were not sent: %s", error or type(error).__name__)
            return 0

    @asynccontextmanager
    async def _open_transaction(self) -> AsyncIterator[AsyncConnection]:
        async with asyncio.timeout(DATABASE_TIMEOUT_S), self._connection_lock, self._engine.begin() as connection:
            yield connection

    async def _claim(self, taken: Sequence[Any], now: dt.datetime) -> dict[int, Any]:
        """Claim the deliveries, and return by id the claimed ones: another sender may be faster."""
        if not taken:
            return {}
        until = now + dt.timedelta(seconds=CLAIM_S)
        async with self._open_transaction() as connection:
            claimed = await claim_deliveries(connection, [each.id for each in taken], now, until=until)
        return {each.id: each for each in claimed}

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(delivery))
        self._delivery_tasks.add(task)
        task.add_done_callback(self._delivery_tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        began_s = time.monotonic()
        target = find_target(delivery.url)
        try:
            error = await send_delivery(delivery, target, self._clock())
            await self._note(delivery, error, time.monotonic() - began_s)
        finally:
            # Only after the look-up of the host: abandoned slow look-ups would accumulate.
            target.add_done_callback(lambda _: self._free(delivery))

    def _free(self, delivery: Delivery) -> None:
        self._slots.release(delivery.webhook_id, delivery.office_id)
        self.news.set()

    async def _note(self, delivery: Delivery, error: str | None, took_s: float) -> None:
        """Record the result of the attempt, also if the database is away for a while."""
        give_up_at_s = time.monotonic() + NOTING_S
        while True:
            try:
                async with self._open_transaction() as connection:
                    await self._note_on(connection, delivery, error, took_s)
            except FAILURES as failure:
                if time.monotonic() > give_up_at_s:
                    log.warning(
                        "the result of webhook message %d was not recorded; it is sent again: %s", delivery.id, failure
                    )
                    return
                await asyncio.sleep(1)
            else:
                return

    async def _note_on(self, connection: AsyncConnection, delivery: Delivery, error: str | None, took_s: float) -> None:
        now = self._clock()
        if error is None:
            await record_delivery(connection, delivery.webhook_id, delivery.id, now, took_s=took_s)
            return
        due_at = compute_next_attempt(delivery.attempts, now)
        await record_failure(
            connection, delivery.webhook_id, delivery.id, now, took_s=took_s, error=error, due_at=due_at
        )
