"""A cache with a limit in bytes, for values of any length and number that clients send."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Generic, TypeVar

Value = TypeVar("Value")
# One entry must not evict many others.
MAX_PART = 8


class BoundedCache(Generic[Value]):
    """Cache of at most `max_bytes`, as `weigh` measures keys and values; evicts the least recently used entries first.

    A value above one `max_part`-th of the limit is computed each time and not cached. Threads may share the cache.
    """

    def __init__(self, max_bytes: int, weigh: Callable[[Hashable, Value], int], *, max_part: int = MAX_PART) -> None:
        self.max_bytes = max_bytes
        self.max_part = max_part
        self.bytes = 0
        self._weigh = weigh
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Value | None:
        """Return the cached value, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, value: Value) -> None:
        """Cache the value; evict others to make room."""
        weight = self._weigh(key, value)
        if weight * self.max_part > self.max_bytes:
            return
        with self._lock:
            self._remove(key)
            self._entries[key] = (value, weight)
            self.bytes += weight
            while self.bytes > self.max_bytes:
                self._remove(next(iter(self._entries)))

    def get_or_compute(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the cached value, or compute and cache it. Exceptions of `compute` are not cached."""
        value = self.get(key)
        if value is None:
            value = compute()
            self.put(key, value)
        return value

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()
            self.bytes = 0

    def _remove(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry[1]


def cache_short(max_entries: int, max_characters: int) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Decorate a function of texts with a cache that skips arguments longer than `max_characters` together.

    The limit of the cache is then `max_entries` x `max_characters`; without it, values of 60 kB once took 480 MB.
    """

    def decorate(function: Callable[..., Value]) -> Callable[..., Value]:
        cached = lru_cache(max_entries)(function)

        @wraps(function)
        def call(*arguments: Hashable) -> Value:
            characters = sum(len(each) for each in arguments if isinstance(each, str | bytes))
            return cached(*arguments) if characters <= max_characters else function(*arguments)

        return call

    return decorate
