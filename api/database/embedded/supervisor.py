"""Supervisor that restarts the private PostgreSQL while the service runs."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import chain, repeat

from api.database.embedded.cluster import PrivateCluster
from api.database.embedded.discovery import ClusterError

log = logging.getLogger(__name__)
Check = Callable[[], str | None]
# Pauses after failed starts; the last is repeated. A full disk may have room again at any time.
PAUSES_S = (1.0, 2.0, 5.0, 10.0)
# A server that ends sooner after its start is restarted after a pause: it may end each time.
SHORT_LIFE_S = 3.0


class _Leaving(BaseException):
    """The service ends: all waiting stops. A BaseException, so that handlers of failures do not catch it."""


class Supervisor:
    """Thread that waits for the end of the server and restarts it; the caller ends the thread with `stop`.

    A thread, because starting PostgreSQL runs its programs, while the event loop responds that the database is down.
    """

    def __init__(self, cluster: PrivateCluster, heal_timeout_s: float) -> None:
        self._cluster = cluster
        self._heal_timeout_s = heal_timeout_s
        self._leaving = threading.Event()
        self._down_since_s = 0.0
        self._fails_to_start = False
        self._thread = threading.Thread(target=self._run_loop, name="postgresql-supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Cancel a restart under way, so that the server can be stopped, and wait until the thread has ended."""
        self._leaving.set()
        self._thread.join()

    def find_problem(self) -> str | None:
        """Return a message if the server has failed to restart for longer than the bound, or None.

        The message is public, so the reason, which may name files, is in the service's log alone.
        """
        down_s = time.monotonic() - self._down_since_s
        if not self._fails_to_start or down_s <= self._heal_timeout_s:
            return None
        return f"PostgreSQL has been down for {down_s:.0f} s and fails to start; see the service's log"

    def _run_loop(self) -> None:
        with suppress(_Leaving):
            while True:
                started_s = time.monotonic()
                reason = self._cluster.wait_until_ended(self._pause)
                self._down_since_s = time.monotonic()
                log.warning("the private PostgreSQL stopped: %s; starting it again", reason)
                if self._down_since_s - started_s < SHORT_LIFE_S:
                    self._pause(PAUSES_S[0])
                self._start_again()
                down_s = time.monotonic() - self._down_since_s
                log.warning("the private PostgreSQL is running again after %.1f s", down_s)

    def _start_again(self) -> None:
        """Try until the server runs."""
        for pause_s in chain(PAUSES_S, repeat(PAUSES_S[-1])):
            try:
                self._cluster.restart_server(self._pause)
            except Exception as error:  # noqa: BLE001 - after any error the next try may succeed
                self._note_failure()
                log.warning("the private PostgreSQL does not start: %s; next try in %.0f s", error, pause_s)
                self._pause(pause_s)
            else:
                self._fails_to_start = False
                return

    def _note_failure(self) -> None:
        """Note a failed start, unless the server is still recovering: a restart would not help then."""
        with suppress(ClusterError):
            self._fails_to_start = not self._cluster.is_starting()

    def _pause(self, seconds: float) -> None:
        if self._leaving.wait(seconds):
            raise _Leaving


@asynccontextmanager
async def run_supervisor(
    cluster: PrivateCluster | None, liveness: list[Check], heal_timeout_s: float
) -> AsyncIterator[None]:
    """Restart the cluster's server whenever it ends inside the block; no effect if `cluster` is None.

    Meanwhile `liveness` contains a check for a failure to restart.
    """
    if cluster is None:
        yield
        return
    supervisor = Supervisor(cluster, heal_timeout_s)
    supervisor.start()
    liveness.append(supervisor.find_problem)
    try:
        yield
    finally:
        await asyncio.to_thread(supervisor.stop)
