"""Log with a limited number of lines, which a flood of requests cannot multiply."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL_S = 10.0


@dataclass(slots=True)
class _Kind:
    next_at_s: float = 0.0
    left_out: int = 0


class RateLimitedLog:
    """Writer of warnings, at most one of each kind per `interval_s`; the next line has the number of omitted lines.

    Use few kinds: each is stored.
    """

    def __init__(
        self, log: logging.Logger, interval_s: float = INTERVAL_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._interval_s = interval_s
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}

    def write(self, kind: str, message: str) -> None:
        now_s = self._clock()
        state = self._kinds.setdefault(kind, _Kind())
        if now_s < state.next_at_s:
            state.left_out += 1
            return
        before = f" ({state.left_out:,} more since the last line like this)" if state.left_out else ""
        self._log.warning("%s: %s%s", kind, message, before)
        state.next_at_s, state.left_out = now_s + self._interval_s, 0
