"""Transport and event loop as a connection sees them: its bytes are counted, and uvicorn's timer never runs."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Callable
from contextlib import suppress

# Smaller responses are not tracked: they are sent in pieces, or fit the system's own buffers.
LARGE_BYTES = 256_000
# A response larger than this takes more turns of the event loop to send.
UNSENT_IN_SYSTEM_BYTES = 512 * 1024


def bound_unsent_in_system(listening: socket.socket, longest_stop_s: float) -> None:
    """Bound the system's buffer for a client that does not read, in bytes and time, where the system allows it.

    Linux took 3.9 MB for each client, and held it for minutes after our end was closed. Connections inherit the
    options from the listening socket.
    """
    for name, value in (
        ("TCP_NOTSENT_LOWAT", UNSENT_IN_SYSTEM_BYTES),
        ("TCP_USER_TIMEOUT", int(longest_stop_s * 1000)),
    ):
        if hasattr(socket, name):
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class CountingTransport:
    """The part of an asyncio transport that uvicorn uses.

    uvloop does not copy the bytes to write, so unsent bytes cost memory by distinct responses: 20 clients that did not
    read the same 50 MB took no memory of their own. `large` is the id and length of the last large response;
    `on_large_unsent` is called when a client has not received a large response at once.
    """

    def __init__(self, transport: asyncio.Transport, on_large_unsent: Callable[[], None]) -> None:
        self.written_bytes = 0
        self.large: tuple[int, int] | None = None
        self._on_large_unsent = on_large_unsent
        self._write = transport.write
        self.count_unsent_bytes = transport.get_write_buffer_size
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing
        self.close = transport.close
        self._abort = transport.abort
        self.write_eof = transport.write_eof
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading

    def write(self, data: bytes) -> None:
        size = len(data)
        self.written_bytes += size
        self._write(data)
        if size >= LARGE_BYTES and self.count_unsent_bytes():
            self.large = (id(data), size)
            self._on_large_unsent()

    def abort(self) -> None:
        """Close at once, and make the system discard its unsent bytes."""
        with suppress(OSError, ValueError):
            self.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._abort()

    def count_taken_bytes(self) -> int:
        """Return the bytes that the client's system has acknowledged.

        The system's own buffer, of megabytes, is refilled a third at a time: without it in the count, a client with
        5 kB/s seemed to receive nothing for minutes.
        """
        return self.written_bytes - self.count_unsent_bytes() - self._count_system_bytes()

    def _count_system_bytes(self) -> int:
        ours = self.get_extra_info("socket")
        try:
            (count,) = struct.unpack("i", fcntl.ioctl(ours.fileno(), termios.TIOCOUTQ, bytes(4)))
        except (OSError, ValueError):
            return 0  # closed meanwhile
        return int(count)


class LoopWithoutTimers:
    """Event loop with timers that never run: the sweep replaces uvicorn's keep-alive timer.

    uvicorn sets and cancels that timer for each response, and any byte from the client stops it, even if the byte does
    not begin a request.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.create_task = loop.create_task

    def call_later(self, *_: object) -> "LoopWithoutTimers":
        return self

    def cancel(self) -> None:
        """Ignore the call: this replaces a timer's method."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._loop, name)
