"""Counts and log of refused keys, so that an operator sees when somebody tries keys or still uses an old key."""

import logging
import time
from collections import Counter
from collections.abc import Callable

from fastapi import Request

log = logging.getLogger(__name__)
# Further refusals in a minute are only counted, so that a flood of wrong keys does not fill the disk.
MAX_LINES_PER_MINUTE = 30
MAX_SHOWN_CHARACTERS = 200


class RefusedKeys:
    """Counts by reason since the process began. The reasons are a few fixed words and contain no part of a key.

    A log line has the reason, the client's address, and the path without its query, which may contain a key.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.counts: Counter[str] = Counter()
        self._clock = clock
        self._minute_began_s = clock()
        self._lines_left = MAX_LINES_PER_MINUTE
        self._suppressed_lines = 0

    def note(self, request: Request, reason: str) -> None:
        """Count a refused key, and log it up to `MAX_LINES_PER_MINUTE` times a minute."""
        self.counts[reason] += 1
        self._begin_minute()
        if self._lines_left == 0:
            self._suppressed_lines += 1
            return
        self._lines_left -= 1
        client = request.client.host if request.client else "unknown"
        log.warning(
            "key refused: %s, from %r, for %s %r", reason, client, request.method, _shorten_path(request.url.path)
        )

    def _begin_minute(self) -> None:
        now_s = self._clock()
        if now_s - self._minute_began_s < 60:
            return
        if self._suppressed_lines:
            log.warning("key refused: %d more times, not logged one by one", self._suppressed_lines)
        self._minute_began_s, self._lines_left, self._suppressed_lines = now_s, MAX_LINES_PER_MINUTE, 0


def _shorten_path(path: str) -> str:
    return path if len(path) <= MAX_SHOWN_CHARACTERS else f"{path[:MAX_SHOWN_CHARACTERS]}…"


# Of this process; the worker for large posts counts its own.
refused_keys = RefusedKeys()
