"""A receiver of webhooks: a real HTTP server that answers as it is told, and keeps what it was sent."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Receiver:
    """`statuses` are those of the next answers; after the last it is 200. `answers` false keeps the sender waiting."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    answers: bool = True
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and close the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        self.bodies.append(await reader.readexactly(int(headers["content-length"])))
        self.headers.append(headers)
        self.told.set()
        if self.answers:
            status = self.statuses.pop(0) if self.statuses else 200
            extra = "Location: http://127.0.0.1:1/\r\n" if status == 302 else ""
            writer.write(f"HTTP/1.1 {status} X\r\n{extra}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        else:
            await reader.read()
        writer.close()


@asynccontextmanager
async def run_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/told"
    async with server:
        yield receiver


HOLDING_S = 60


async def _stay_silent(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(HOLDING_S)


async def _send_single_bytes(writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 X\r\nServer: " + b"x" * HOLDING_S * 5:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.2)


async def _send_headers_without_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\n")
    while True:
        writer.write(b"X: " + b"x" * 10_000 + b"\r\n")
        await writer.drain()


async def _send_hints_without_end(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
        await writer.drain()


async def _hang_up(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0)


async def _redirect(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def _accept_late(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(8)
    writer.write(b"HTTP/1.1 204 X\r\n\r\n")
    await writer.drain()


HOSTILE: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "silent": _stay_silent,
    "a byte at a time": _send_single_bytes,
    "headers without end": _send_headers_without_end,
    "hints without end": _send_hints_without_end,
    "hangs up": _hang_up,
    "redirects": _redirect,
    "late": _accept_late,
}


@asynccontextmanager
async def run_hostile_receiver(kind: str) -> AsyncIterator[str]:
    """The address of a server that takes no message, or late, in the way of HOSTILE; each path is a receiver."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            await HOSTILE[kind](writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
