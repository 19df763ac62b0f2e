"""Limit of the posted files that one process has in memory, fair between offices."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.exceptions import Overloaded

ByteCounter = Callable[[int], None]
RETRY_AFTER_S = 10
BUSY_TEXT = "Too many files are being read. Nothing of this one was saved: send it again."


class UploadMemory:
    """Memory of `max_bytes` for posted files, from their first byte until the response; one office may use half of it.

    A body is read before the request takes a connection, so the number of connections does not limit the bodies.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes_by_office: Counter[int] = Counter()

    @contextmanager
    def open(self, office: int) -> Iterator[ByteCounter]:
        """Yield a function that counts arriving bytes, and raises Overloaded if the memory is full."""
        held = 0

        def take(count: int) -> None:
            nonlocal held
            self._refuse_beyond(office, count)
            held += count
            self.bytes_by_office[office] += count

        try:
            yield take
        finally:
            self.bytes_by_office[office] -= held
            if not self.bytes_by_office[office]:
                del self.bytes_by_office[office]

    def _refuse_beyond(self, office: int, count: int) -> None:
        too_many = self.bytes_by_office.total() + count > self.max_bytes
        if too_many or self.bytes_by_office[office] + count > self.max_bytes // 2:
            raise Overloaded(BUSY_TEXT, RETRY_AFTER_S)
