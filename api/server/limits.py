"""Limits of the process, which the system and the C library set, and of a client's connection: memory and time."""

import ctypes
import resource
from dataclasses import dataclass

from api.settings import get_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Limits of one connection, and of all connections together.

    `head_bytes` bounds the request line and all headers together. `head_timeout_s` bounds the wait for a first byte
    and for the end of the headers, `keep_alive_s` the wait for another request. A client that sends a body or receives
    a response may fall behind `least_bytes_per_s` by `patience_s` seconds, and by `most_ahead_s` more if it was faster
    before: a system buffers half a megabyte for a program that reads 5 kB a second, and then accepts nothing for 100 s.
    `unsent_bytes` bounds the memory in large responses that clients have not received yet. `connections_per_address`
    is 0 for no bound.
    """

    head_bytes: int = 65_536
    head_timeout_s: float = 15
    keep_alive_s: float = 5
    least_bytes_per_s: float = 500
    patience_s: float = 30
    most_ahead_s: float = 90
    unsent_bytes: int = 64_000_000
    connections: int = 2_000
    connections_per_address: int = 0

    @property
    def max_stop_s(self) -> float:
        """Longest time for which a client may receive nothing."""
        return self.patience_s + self.most_ahead_s


def read_connection_limits(most_connections: int) -> ConnectionLimits:
    """Read the limits from the settings; `most_connections` is the number that the system allows."""
    chosen = get_settings()
    return ConnectionLimits(
        head_bytes=chosen.crossings_headers_largest_bytes,
        head_timeout_s=chosen.crossings_headers_timeout_s,
        keep_alive_s=chosen.crossings_keep_alive_s,
        least_bytes_per_s=chosen.crossings_client_least_bytes_per_s,
        patience_s=chosen.crossings_client_patience_s,
        unsent_bytes=chosen.crossings_unsent_bytes,
        connections=min(chosen.crossings_connections, most_connections),
        connections_per_address=chosen.crossings_connections_per_address,
    )


class Pace:
    """A client's account of time: elapsed time minus the time its bytes take at the minimum rate."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._moved_bytes = 0
        self._behind_s = 0.0
        self._stalled_s = 0.0

    def add(self, moved_bytes: int, elapsed_s: float, *, is_awaited: bool) -> None:
        """Add elapsed time; `moved_bytes` is the total at its end, `is_awaited` whether the client was waited for."""
        moved, self._moved_bytes = moved_bytes - self._moved_bytes, moved_bytes
        if not is_awaited:
            self._behind_s = self._stalled_s = 0.0
            return
        self._stalled_s = 0.0 if moved > 0 else self._stalled_s + elapsed_s
        behind_s = self._behind_s + elapsed_s - moved / self._limits.least_bytes_per_s
        self._behind_s = max(-self._limits.most_ahead_s, behind_s)

    @property
    def slow_s(self) -> float:
        """Seconds by which the client is behind the minimum rate, or since it last moved a byte."""
        return max(self._stalled_s, self._behind_s)

    @property
    def is_used_up(self) -> bool:
        return self._behind_s > self._limits.patience_s


# Constants of the GNU C library's malloc.h; other C libraries have no mallopt(). By default each thread gets an arena,
# which never returns its memory.
M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES = -3, 1024 * 1024
M_ARENA_MAX, MAX_ARENAS = -8, 1
# A response from a file has the file open beside its socket.
FILES_PER_CONNECTION = 2
# Connections to PostgreSQL, pipes to other processes, the interpreter's own files.
OTHER_FILES = 300


def allow_connections(wanted: int) -> int:
    """Increase the limit on open files for `wanted` connections, as far as allowed; return the number possible."""
    needed = wanted * FILES_PER_CONNECTION + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, (soft - OTHER_FILES) // FILES_PER_CONNECTION))


def configure_malloc() -> None:
    """Configure the C library to return large blocks of memory to the system when they are freed, as it does at first.

    By default its threshold grows to the largest freed block: a worker that had sent the world held 100 MB more.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
        mallopt(M_ARENA_MAX, MAX_ARENAS)
