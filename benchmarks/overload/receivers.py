"""Receivers of webhooks on loopback: one that takes every message, and one that accepts connections and is silent."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from benchmarks.overload.http_connection import HOST

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class Receiver:
    """`taken_at` has the moments, as of time.monotonic(), at which messages came; `connections` counts all."""

    port: int = 0
    answers: bool = True
    taken_at: list[float] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await reader.readuntil(b"\r\n\r\n")
            if self.answers:
                self.taken_at.append(time.monotonic())
                writer.write(ANSWER)
                await writer.drain()
            else:
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def wait_for_message(self, after: float, patience_s: float) -> float:
        """The moment of the first message after the moment `after`; infinite if none came in time."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if taken := [moment for moment in self.taken_at if moment > after]:
                return taken[0]
            await asyncio.sleep(0.01)
        return float("inf")


@asynccontextmanager
async def receiving(*, answers: bool) -> AsyncIterator[Receiver]:
    receiver = Receiver(answers=answers)
    server = await asyncio.start_server(receiver.serve, HOST, 0, backlog=2_048)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
