"""Check that a client sends or receives fast enough."""

from api.server.limits import ConnectionLimits


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
