"""Supervisor of the worker process for large posts: started when needed, stopped when idle."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from api.concurrency.child_processes import (
    ChildFailed,
    Process,
    request_stop,
    start_child,
    wait_or_kill,
    wait_until_ready,
)
from api.concurrency.temporary import create_temporary_directory

# The worker takes a hundred megabytes, and offices report on a few days of a week.
IDLE_S = 600
START_TIMEOUT_S = 60
# While the worker reads a file it does not notice that its standard input has ended.
STOP_TIMEOUT_S = 0.5


class WorkerUnavailable(RuntimeError):
    """The worker did not start; the message has the reason."""


class UploadWorker:
    """One worker process, on the database at the address. The caller closes it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._starting = asyncio.Lock()
        self._process: Process | None = None
        self._directory: Path | None = None
        self._active_requests = 0
        self._idle: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def open_client(self) -> AsyncIterator[httpx.AsyncClient]:
        """Open an HTTP client to the worker, and start it if needed. Raises `WorkerUnavailable`."""
        self._active_requests += 1
        self._cancel_idle_stop()
        try:
            async with self._starting:
                socket = await self._ensure_started()
            transport = httpx.AsyncHTTPTransport(uds=str(socket))
            async with httpx.AsyncClient(transport=transport, timeout=None, trust_env=False) as client:  # noqa: S113 - large posts have no time limit here
                yield client
        finally:
            self._active_requests -= 1
            if not self._active_requests:
                self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._stop_process)

    async def aclose(self) -> None:
        """Stop the worker and wait for its end. Its remaining requests have no client any more."""
        self._cancel_idle_stop()
        process = self._process
        self._stop_process()
        if process is not None:
            await wait_or_kill(process, STOP_TIMEOUT_S)

    def _cancel_idle_stop(self) -> None:
        if self._idle is not None:
            self._idle.cancel()

    async def _ensure_started(self) -> Path:
        """Return the worker's socket. Restart the worker if it has ended."""
        if self._directory is None or not await _is_listening(self._directory / "socket"):
            self._stop_process()
            self._directory = create_temporary_directory()
            await self._start(self._directory / "socket")
        return self._directory / "socket"

    async def _start(self, socket: Path) -> None:
        module, environment = "api.server.upload_worker.worker", {"DATABASE_URL": self.address}
        process = self._process = await start_child(module, str(socket), environment=environment)
        try:
            await wait_until_ready(process, lambda: _is_listening(socket), START_TIMEOUT_S)
        except ChildFailed as error:
            raise WorkerUnavailable(f"the process that answers large posts {error}") from None

    def _stop_process(self) -> None:
        if self._process is not None:
            request_stop(self._process)
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
        self._process = self._directory = None


async def _is_listening(socket: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    writer.close()
    return True
