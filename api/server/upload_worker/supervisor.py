"""Supervisor of the worker process for large posts: started when needed, stopped when idle."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from api.concurrency.temporary import create_temporary_directory

# The worker takes a hundred megabytes, and offices report on a few days of a week.
IDLE_S = 600
START_TIMEOUT_S = 60
STOP_MESSAGE = b"done"
POLL_INTERVAL_S = 0.05
# While the worker reads a file it does not notice that its standard input has ended.
STOP_TIMEOUT_S = 0.5


class WorkerUnavailable(RuntimeError):
    """The worker did not start; the message has the reason."""


class UploadWorker:
    """One worker process, on the database at the address. The caller closes it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
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
        if process is None:
            return
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

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
        process = self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api.server.upload_worker.worker", str(socket)),
            stdin=asyncio.subprocess.PIPE,
            env=os.environ | {"DATABASE_URL": self.address},
        )
        until = time.monotonic() + START_TIMEOUT_S
        while not await _is_listening(socket):
            if process.returncode is not None:
                raise WorkerUnavailable(f"the upload worker ended with {process.returncode}")
            if time.monotonic() > until:
                process.kill()
                raise WorkerUnavailable(f"the upload worker did not start in {START_TIMEOUT_S} s")
            await asyncio.sleep(POLL_INTERVAL_S)

    def _stop_process(self) -> None:
        """Close the worker's standard input, which ends it. `STOP_MESSAGE` before that means a normal stop."""
        stdin = self._process.stdin if self._process is not None else None
        if stdin is not None and not stdin.is_closing():
            stdin.write(STOP_MESSAGE)
            stdin.close()
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
