"""Proxy that passes large posts to the upload worker, and the worker process that it starts."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from api.concurrency.child_processes import (
    ChildFailed,
    Process,
    request_stop,
    start_child,
    wait_or_kill,
    wait_until_ready,
)
from api.concurrency.temporary import create_temporary_directory
from api.exception_handlers import build_problem_response
from api.http.addresses import FORWARDING_NAME, PREFIX_KEY
from api.http.body_encoding import read_body_encoding
from api.http.body_limit import FILE_PATHS, get_max_body_bytes, parse_content_length

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


log = logging.getLogger(__name__)
# A weekly update of some hundred rows takes a tenth of a second; 10,000 rows take seconds.
LARGE_BYTES = 100_000
# gzip compresses a weekly update in CSV to a tenth.
COMPRESSION_RATIO = 10
# Headers of one connection, which a proxy does not forward (RFC 9110, 7.6.1 and 10.1.1).
CONNECTION_HEADERS = {b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"expect"}


class UploadProxy:
    """ASGI middleware that forwards large posted files to the worker, and passes on all other requests."""

    def __init__(self, app: ASGIApp, worker: UploadWorker) -> None:
        self.app = app
        self.worker = worker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_large_upload(scope):
            await self.app(scope, receive, send)
            return
        try:
            async with self.worker.open_client() as client:
                response = await _forward_request(client, scope, receive)
        except ClientDisconnect:
            return
        except WorkerUnavailable:
            # As correct, but it slows down readers meanwhile.
            log.exception("the upload worker is unavailable; the serving process handles the upload")
            await self.app(scope, receive, send)
            return
        await response(scope, receive, send)


def _is_large_upload(scope: Scope) -> bool:
    """Return whether to forward the request. The application itself refuses a post above its limit, without reading."""
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(FILE_PATHS):
        return False
    announced = parse_content_length(scope)
    large_bytes = LARGE_BYTES // COMPRESSION_RATIO if read_body_encoding(scope) else LARGE_BYTES
    return large_bytes <= announced <= get_max_body_bytes(scope["path"])


async def _stream_body(receive: Receive) -> AsyncIterator[bytes]:
    """Yield the body as it arrives, so that a client without a key is refused before much of it is in memory.

    Raises ClientDisconnect if the client disconnects, or was too slow, before the end.
    """
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _forward_request(client: httpx.AsyncClient, scope: Scope, receive: Receive) -> Response:
    headers = [header for header in scope["headers"] if not FORWARDING_NAME.fullmatch(header[0])]
    given = [(name, value) for name, value in headers if name not in CONNECTION_HEADERS]
    path = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    request = httpx.Request(
        "POST",
        httpx.URL("http://apart").copy_with(raw_path=path),
        headers=[*given, *_build_forwarding_headers(scope)],
        content=_stream_body(receive),
    )
    try:
        answer = await client.send(request, stream=True)
        content = b"".join([chunk async for chunk in answer.aiter_raw()])
    except httpx.TransportError:
        log.exception("the upload worker failed")
        detail = "The upload may not have been saved. Check its status, or resend it with the same Idempotency-Key."
        return build_problem_response(Request(scope), 503, "Upload interrupted", detail)
    response = Response(content, answer.status_code)
    response.raw_headers = [(name.lower(), value) for name, value in answer.headers.raw if _is_end_to_end_header(name)]
    return response


def _build_forwarding_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Build the headers that name the client and the requested address to the worker, as a proxy's headers."""
    client = scope["client"][0] if scope.get("client") else ""
    values = {"for": client, "proto": scope["scheme"], "prefix": scope.get(PREFIX_KEY, "")}
    return [(f"x-forwarded-{name}".encode(), value.encode()) for name, value in values.items() if value]


def _is_end_to_end_header(name: bytes) -> bool:
    return name.lower() not in CONNECTION_HEADERS
