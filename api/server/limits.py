"""Limits on the memory and time of a client's connection, and the account of its time."""

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
