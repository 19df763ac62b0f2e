"""Bound on the disk space and memory of responses for slow clients."""

from collections import Counter
from typing import Protocol

from api.exceptions import Overloaded

RETRY_AFTER_S = 30


class SpoolFull(Overloaded):
    """The room for unread bytes of responses is full."""

    def __init__(self) -> None:
        super().__init__(
            "Too many bytes are waiting for slow clients. Request less data, or retry later.", RETRY_AFTER_S
        )


class SpoolHolder(Protocol):
    """A response that takes room. `owner` is the address of its client, `bytes` its size."""

    owner: str
    bytes: int

    def drop(self) -> None:
        """Release the room at once: the response ends early."""


class SpoolRoom:
    """Room for `max_bytes`, up to `max_memory_bytes` of it in memory, and half of it for one response.

    When it is full, the owner with the most bytes loses its largest response, so a client that reads nothing takes no
    room from the others.
    """

    def __init__(self, max_bytes: int, max_memory_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.max_memory_bytes = max_memory_bytes
        self.memory_bytes = 0
        self.holdings: set[SpoolHolder] = set()

    @property
    def bytes(self) -> int:
        """Bytes in use."""
        return sum(holding.bytes for holding in self.holdings)

    def claim(self, holding: SpoolHolder, count: int) -> None:
        """Claim room for `count` more bytes, or raise SpoolFull."""
        if holding.bytes + count > self.max_bytes // 2:
            raise SpoolFull
        while self.bytes + count > self.max_bytes:
            self._drop_largest(holding, count)
        self.holdings.add(holding)
        holding.bytes += count

    def release(self, holding: SpoolHolder) -> None:
        """Release all of the holding's room."""
        self.holdings.discard(holding)
        holding.bytes = 0

    def _drop_largest(self, asking: SpoolHolder, count: int) -> None:
        by_owner = Counter[str]()
        for holding in self.holdings:
            by_owner[holding.owner] += holding.bytes
        owner, most = by_owner.most_common(1)[0]
        if by_owner[asking.owner] + count >= most:
            raise SpoolFull
        max((each for each in self.holdings if each.owner == owner), key=lambda each: each.bytes).drop()
