"""Receivers of webhooks on loopback: one that takes every message, and one that accepts connections and is silent."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from benchmarks.overload.http_connection import HOST

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Receiver:
    """`taken_at` has the moments, as of time.monotonic(), at which messages came; `connections` counts all."""

    answers: bool
    port: int = 0
    taken_at: list[float] = field(default_factory=list)
    connections: int = 0

    async def wait_for_message(self, after: float, patience_s: float) -> float:
        """The moment of the first message after the moment `after`; infinite if none came in time."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if taken := [moment for moment in self.taken_at if moment > after]:
                return taken[0]
            await asyncio.sleep(0.01)
        return float("inf")


class _OneMessage(asyncio.Protocol):
    """A connection that takes one message, or is silent whatever comes."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver, self._received = receiver, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._receiver.connections += 1
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._receiver.answers and _is_whole(self._received):
            self._receiver.taken_at.append(time.monotonic())
            self._transport.write(ANSWER)
            self._transport.close()


def _is_whole(message: bytes) -> bool:
    head, end, body = message.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


@asynccontextmanager
async def run_receiver(*, answers: bool) -> AsyncIterator[Receiver]:
    """A receiver that listens until the block ends."""
    receiver = Receiver(answers)
    server = await asyncio.get_running_loop().create_server(lambda: _OneMessage(receiver), HOST, 0, backlog=2_048)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
