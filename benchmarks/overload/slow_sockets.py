"""Clients that hold a connection: some never read their answer, some send one byte a second, some send nothing."""

import asyncio
import select
import socket
import time
from dataclasses import dataclass

from benchmarks.overload.http_connection import HOST
from benchmarks.overload.watch import Watch

RECEIVE_BUFFER_BYTES = 4_096
# A pause before a client that was cut off comes back.
RECONNECT_S = 1.0
# Between bytes of those that never read, which find out by them that the service closed; HTTP ignores empty lines here.
PROBE_S, PROBE = 10.0, b"\r\n"
GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


@dataclass(slots=True)
class Held:
    """How many connections were opened, refused, and closed by the service."""

    opened: int = 0
    refused: int = 0
    closed: int = 0

    def describe(self) -> str:
        return f"{self.opened:,} opened, {self.closed:,} closed by the service, {self.refused:,} refused"


async def never_read(port: int, request: bytes, watch: Watch, held: Held, *, comes_back: bool) -> None:
    """Send a request and never read, until the load ends or the service disconnects; then again if it `comes_back`."""
    is_first = True
    while not watch.is_over and (comes_back or is_first):
        is_first = False
        with socket.socket() as unread:
            unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            unread.settimeout(0)
            await _hold(unread, port, request, watch, held)
        await asyncio.sleep(RECONNECT_S)


async def _hold(unread: socket.socket, port: int, request: bytes, watch: Watch, held: Held) -> None:
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(unread, (HOST, port))
        await loop.sock_sendall(unread, request)
    except OSError:
        held.refused += 1
        return
    held.opened += 1
    probe_at = time.monotonic() + PROBE_S
    while not watch.is_over:
        if _is_closed(unread):
            held.closed += 1
            return
        if time.monotonic() > probe_at:
            _probe(unread)
            probe_at += PROBE_S
        await asyncio.sleep(1)


def _is_closed(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, GONE)
    return bool(poll.poll(0))


def _probe(connection: socket.socket) -> None:
    """Send a byte: a closed peer answers with a reset, which the next look sees."""
    try:
        connection.send(PROBE)
    except OSError:
        return


async def send_slowly(port: int, head: bytes, piece: bytes, watch: Watch, held: Held, every_s: float = 1) -> None:
    """Send the head, then a piece every `every_s` seconds, until the load ends; again when the service closes."""
    while not watch.is_over:
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            held.refused += 1
        else:
            held.opened += 1
            await _send_pieces(reader, writer, head, piece, watch, every_s)
            held.closed += not watch.is_over
            writer.close()
        await asyncio.sleep(RECONNECT_S)


async def _send_pieces(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    head: bytes,
    piece: bytes,
    watch: Watch,
    every_s: float,
) -> None:
    """Until the service closes the connection or the load ends."""
    closed = asyncio.create_task(reader.read())
    try:
        writer.write(head)
        while not watch.is_over and not closed.done():
            writer.write(piece)
            await asyncio.wait_for(writer.drain(), timeout=max(0.1, watch.left_s))
            await asyncio.wait([closed], timeout=every_s)
    except (OSError, TimeoutError):
        pass
    finally:
        closed.cancel()
        await asyncio.gather(closed, return_exceptions=True)
