"""Write transactions: on separate connections, one after another if they publish."""

import time
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.concurrency.fair_queue import RETRY_AFTER_S, FairQueue, WaitUntilGone
from api.database.publish_barrier import forget_published, has_published, wait_until_visible
from api.exceptions import Overloaded
from api.settings import get_settings

# Connections of the pool for other work than changes: publishing and recording when keys were used
# (api/auth/last_used.py) take one each, checks two.
PUBLISH_CONNECTIONS, NOTE_CONNECTIONS, CHECK_CONNECTIONS = 1, 1, 2
# Without a limit, a process stopped in the middle of a transaction would block all writers of all processes.
MAX_IDLE_S = 60
MIN_LOCK_WAIT_S = 1
LOCK_NOT_AVAILABLE = "55P03"
NOT_SAVED = "Nothing of this request was saved: send it again, with the same Idempotency-Key if it had one."
LIMITS = text("""
    SELECT set_config('lock_timeout', :lock_wait, true), set_config('statement_timeout', :statement, true),
           set_config('idle_in_transaction_session_timeout', :idle, true)
""")


class Writers:
    """Write transactions on a separate engine, not the readers'. No request waits while it holds a connection.

    A process publishes one update at a time, since the database admits one for all processes
    (models/tables/revision.py). Other writes (keys, offices, webhooks) do not wait for updates. Each write waits in a
    bounded queue that is fair between offices; after the time limit it gets Overloaded, and nothing is written.
    """

    def __init__(self, engine: AsyncEngine, *, max_waiting: int | None = None, max_wait_s: float | None = None) -> None:
        bounds = (
            max_waiting or get_settings().crossings_writes_waiting,
            max_wait_s or get_settings().crossings_write_wait_s,
        )
        rest = get_settings().crossings_writer_pool_size - PUBLISH_CONNECTIONS - NOTE_CONNECTIONS - CHECK_CONNECTIONS
        self.engine = engine
        self.publishing = FairQueue(
            f"Too many updates are waiting to be published. {NOT_SAVED}", PUBLISH_CONNECTIONS, *bounds
        )
        self.change_queue = FairQueue(f"Too many changes are waiting to be saved. {NOT_SAVED}", rest, *bounds)
        self.check_queue = FairQueue(
            f"Too many keys are waiting to be checked. {NOT_SAVED}", CHECK_CONNECTIONS, *bounds
        )
        self._read_committed = engine.execution_options(isolation_level="READ COMMITTED")
        self._reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def publish(self, office: int, gone: WaitUntilGone | None = None) -> AsyncIterator[AsyncConnection]:
        """Open a transaction in which the office may publish; commit at the end, and wait until every process has it.

        `gone` returns when the client has left. Raises Overloaded, ClientDisconnect.
        """
        began_s = time.monotonic()
        async with self.publishing.acquire_place(office, gone):
            lock_wait_s = self.publishing.max_wait_s - (time.monotonic() - began_s)
            async with self.begin(max(lock_wait_s, MIN_LOCK_WAIT_S)) as connection:
                forget_published(connection)
                yield connection
                published = has_published(connection)
        # The next update may begin meanwhile: record times are in the order of commits.
        if published:
            await wait_until_visible()

    @asynccontextmanager
    async def change(self, office: int, gone: WaitUntilGone | None = None) -> AsyncIterator[AsyncConnection]:
        """Open a transaction for writes that publish nothing, committed at the end.

        Raises Overloaded, ClientDisconnect.
        """
        async with (
            self.change_queue.acquire_place(office, gone),
            self.begin(self.change_queue.max_wait_s) as connection,
        ):
            yield connection

    @asynccontextmanager
    async def check(self, owner: Hashable) -> AsyncIterator[AsyncConnection]:
        """Open a read-only connection for a short check before a write. Raises Overloaded.

        The readers' connections are not used: when readers were many, offices' keys could not be checked, and their
        updates failed.
        """
        async with self.check_queue.acquire_place(owner), self._reading.connect() as connection:
            yield connection

    @asynccontextmanager
    async def begin(self, lock_wait_s: float) -> AsyncIterator[AsyncConnection]:
        """Open a transaction with time limits in the database too: for locks, statements, and an idle process.

        Raises Overloaded if a lock is not granted in time.
        """
        statement_s = get_settings().crossings_statement_timeout_s
        limits_s = {"lock_wait": lock_wait_s, "statement": statement_s, "idle": MAX_IDLE_S}
        try:
            async with self._read_committed.begin() as connection:
                await connection.execute(LIMITS, {name: f"{int(1000 * limit)}ms" for name, limit in limits_s.items()})
                yield connection
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise Overloaded(f"Another update takes too long. {NOT_SAVED}", RETRY_AFTER_S) from None
            raise
