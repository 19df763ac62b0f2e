"""A bound on the posted files that one process has in memory, fair between offices."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.exceptions import Overloaded

Take = Callable[[int], None]
RETRY_AFTER_S = 10
BUSY = "Too many files are being read. Nothing of this one was saved: send it again."


class UploadRoom:
    """Room for `max_bytes` of posted files, from their first byte until they are answered; half of it for one office.

    Bodies are read before a connection is taken, so connections do not bound how many are in memory.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes_by_office: Counter[int] = Counter()

    @contextmanager
    def open(self, office: int) -> Iterator[Take]:
        """Give a function that counts bytes as they arrive, and raises Overloaded where there is no room for them."""
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
            raise Overloaded(BUSY, RETRY_AFTER_S)
