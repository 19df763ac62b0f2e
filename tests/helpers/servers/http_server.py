"""An HTTP server of small limits in a thread, and clients that behave badly, over real sockets."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvloop
from starlette.types import Receive, Scope, Send

from api.server.connections import Connections
from api.server.limits import ConnectionLimits
from api.server.run import GracefulServer, build_server
from api.server.transport import bound_unsent_in_system

PATIENCE_S = 60
SWEEP_S = 0.1
LARGE_BYTES = 8_000_000
LARGE = bytes(LARGE_BYTES)


@dataclass
class Application:
    """Answers by path: `/large` the same 8 MB, `/own` 8 MB of each request's own, `/body` the length of the body,
    `/held` once `release` is set, any other path `ok`.
    """

    release: threading.Event = field(default_factory=threading.Event)
    held: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            body = await self._answer(scope["path"], receive)
            headers = [(b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _answer(self, path: str, receive: Receive) -> bytes:
        if path == "/large":
            return LARGE
        if path == "/own":
            return bytes(bytearray(LARGE_BYTES))
        if path == "/body":
            return b"%d" % await measure_body(receive)
        if path == "/held":
            self.held += 1
            while not self.release.is_set():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.01)
        return b"ok"


async def measure_body(receive: Receive) -> int:
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    return length


@dataclass
class HttpServer:
    application: Application
    connections: Connections
    server: GracefulServer
    thread: threading.Thread
    address: tuple[str, int]

    def connect(self, *, receives: int | None = None) -> socket.socket:
        """Return a new connection. `receives` is the size of the client's receive buffer in bytes."""
        client = socket.socket()
        if receives is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        client.settimeout(PATIENCE_S)
        try:
            client.connect(self.address)
        except OSError:
            client.close()
            raise
        return client

    def get(self, path: str, **how: Any) -> socket.socket:
        """Return a connection with a request for the path."""
        client = self.connect(**how)
        client.sendall(build_request(path))
        return client

    def status(self, path: str = "/") -> int:
        """Return the status that a normal client is answered with."""
        with self.get(path) as client:
            return parse_status(receive_response(client))

    def stop(self) -> None:
        """Stop the server, and wait for its end."""
        self.server.should_exit = True
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


@contextmanager
def run_http_server(*, grace_s: float = 1, sweep_s: float = SWEEP_S, **limits: Any) -> Iterator[HttpServer]:
    connections = Connections(ConnectionLimits(**limits), sweep_s)
    application = Application()
    server = build_server(application, connections, grace_s)
    listening = socket.create_server(("127.0.0.1", 0))
    bound_unsent_in_system(listening, connections.limits.max_stop_s)
    address = listening.getsockname()

    async def serve() -> None:
        async with connections.run_sweeps():
            await server.serve(sockets=[listening])

    thread = threading.Thread(target=lambda: uvloop.run(serve()), daemon=True)
    thread.start()
    running = HttpServer(application, connections, server, thread, address)
    try:
        yield running
    finally:
        application.release.set()
        running.stop()


def build_request(path: str = "/", *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: test", *headers, "", "")).encode()


def receive_response(client: socket.socket) -> bytes:
    """All that is received until the server closes, or until a whole answer is there."""
    received = b""
    while not _is_whole(received):
        try:
            part = client.recv(1_000_000)
        except ConnectionResetError:
            break
        if not part:
            break
        received += part
    return received


def _is_whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return False
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return len(body) >= int(lengths[0])


def parse_status(received: bytes) -> int:
    """Return the status of an answer, 0 of none."""
    return int(received.split(b" ", 2)[1]) if received else 0


def is_closed(client: socket.socket) -> bool:
    """Whether the server closes the connection, once all it sent was received."""
    with suppress(ConnectionResetError):
        while client.recv(1_000_000):
            pass
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.01)
