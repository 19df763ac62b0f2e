"""Compression of responses (RFC 9110, 8.4.1): the first of zstd, br and gzip that the client accepts."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
import zstandard

# Smaller bodies fit into the same number of packets uncompressed.
MIN_COMPRESSIBLE_BYTES = 1400
MAX_HEADER_CHARACTERS = 500
# Types that are not compressed already, as images and workbooks are.
COMPRESSIBLE_TYPES = (
    "text/",
    "application/json",
    "application/geo+json",
    "application/vnd.mapbox-vector-tile",
    "image/svg",
)
COMPRESSIBLE_SUFFIXES = ("+json", "+xml", "/xml", "javascript")
# Levels at which a megabyte takes some 10 ms: a response is compressed once and cached.
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.compress(body, 6),
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
}


def choose_encoding(accepted: str) -> str | None:
    """Return the encoding for this Accept-Encoding, or None. A header longer than any client needs counts as none."""
    return _choose_encoding(accepted) if len(accepted) <= MAX_HEADER_CHARACTERS else None


@lru_cache(maxsize=512)
def _choose_encoding(accepted: str) -> str | None:
    weights = dict(_parse_weight(part) for part in accepted.lower().split(",") if part.strip())
    others = weights.get("*", 0.0)
    return next((name for name in ENCODERS if weights.get(name, others) > 0), None)


def is_compressible(media_type: str, body: bytes) -> bool:
    plain = media_type.partition(";")[0].strip()
    return len(body) >= MIN_COMPRESSIBLE_BYTES and (
        plain.startswith(COMPRESSIBLE_TYPES) or plain.endswith(COMPRESSIBLE_SUFFIXES)
    )


def _parse_weight(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";")
    try:
        return name.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return name.strip(), 1.0
