"""Compression of responses (RFC 9110, 8.4.1): the first of zstd, br and gzip that the client accepts."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
import zstandard

# Smaller bodies fit into the same number of packets uncompressed.
SMALLEST_BYTES = 1400
LONGEST_HEADER = 500
# Types that are not compressed already, as images and workbooks are.
WORTH_IT = ("text/", "application/json", "application/geo+json", "application/vnd.mapbox-vector-tile", "image/svg")
ENDS_OF_TEXT = ("+json", "+xml", "/xml", "javascript")
# Levels at which a megabyte takes some 10 ms: a response is compressed once and cached.
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.compress(body, 6),
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
}


def encoding_for(accepted: str) -> str | None:
    """Return the encoding for this Accept-Encoding, or None. A header longer than any client needs counts as none."""
    return _encoding_for(accepted) if len(accepted) <= LONGEST_HEADER else None


@lru_cache(maxsize=512)
def _encoding_for(accepted: str) -> str | None:
    weights = dict(_weighed(part) for part in accepted.lower().split(",") if part.strip())
    others = weights.get("*", 0.0)
    return next((name for name in ENCODERS if weights.get(name, others) > 0), None)


def is_worth_it(media_type: str, body: bytes) -> bool:
    plain = media_type.partition(";")[0].strip()
    return len(body) >= SMALLEST_BYTES and (plain.startswith(WORTH_IT) or plain.endswith(ENDS_OF_TEXT))


def _weighed(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";")
    try:
        return name.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return name.strip(), 1.0
