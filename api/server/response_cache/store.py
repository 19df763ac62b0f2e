"""Store of cached responses, bounded in bytes; the least recently used are removed first."""

from collections import OrderedDict
from dataclasses import dataclass, field

Headers = tuple[tuple[bytes, bytes], ...]
Key = tuple[object, ...]
# Memory of a response beside its body: its headers and entries in the tables.
OVERHEAD_BYTES = 2000
# One response may take half of the store, so that it cannot drive out all others. The world's is 8 to 10 MB and has
# to fit: see the default of CROSSINGS_CACHE_BYTES.
MAX_SHARE_DIVISOR = 2
# No map sends longer addresses and headers. Keys of 60 kB each once took 1.2 GB.
MAX_KEY_BYTES = 4000


@dataclass(slots=True)
class CachedResponse:
    """A finished response: its body uncompressed, and compressed in each encoding that was requested."""

    status: int
    headers: Headers
    body: bytes
    is_compressible: bool = False
    compressed: dict[str, bytes] = field(default_factory=dict)

    @property
    def tag(self) -> bytes | None:
        """ETag of a response with status 200, by which a client revalidates it."""
        tags = (value for name, value in self.headers if name == b"etag")
        return next(tags, None) if self.status == 200 else None

    @property
    def not_modified_headers(self) -> Headers:
        return tuple((name, value) for name, value in self.headers if name != b"content-type")

    @property
    def size_bytes(self) -> int:
        return OVERHEAD_BYTES + len(self.body) + sum(map(len, self.compressed.values()))


class ResponseStore:
    """Responses by cache key, `max_bytes` in all; 0 stores nothing."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._answers: OrderedDict[Key, tuple[CachedResponse, int]] = OrderedDict()

    def get(self, key: Key) -> CachedResponse | None:
        found = self._answers.get(key)
        if found is None:
            return None
        self._answers.move_to_end(key)
        return found[0]

    def add(self, key: Key, answer: CachedResponse) -> None:
        """Store the response, or update its size after it was compressed. Remove others to make room."""
        key_bytes = _measure_key(key)
        size = answer.size_bytes + key_bytes
        self._drop(key)
        if size * MAX_SHARE_DIVISOR > self.max_bytes or key_bytes > MAX_KEY_BYTES:
            return
        self._answers[key] = (answer, size)
        self.bytes += size
        while self.bytes > self.max_bytes:
            self._drop(next(iter(self._answers)))

    def forget(self) -> None:
        """Remove all responses: no request will use an older revision again."""
        self._answers.clear()
        self.bytes = 0

    def _drop(self, key: Key) -> None:
        found = self._answers.pop(key, None)
        if found is not None:
            self.bytes -= found[1]


def _measure_key(key: object) -> int:
    """Return the total length of texts and bytes in the key."""
    if isinstance(key, tuple):
        return sum(map(_measure_key, key))
    return len(key) if isinstance(key, str | bytes) else 0
