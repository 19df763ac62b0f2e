"""Encoding of bodies: request bodies are decoded from gzip, within the size limit of the path, and responses encoded.

RFC 9110, 8.4, 12.5.3 and 15.5.16.
"""

import gzip
import zlib
from collections.abc import Callable
from functools import lru_cache, partial

import brotli
import zstandard
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.concurrency.bounded_cache import cache_short

ENCODING_HEADER = b"content-encoding"
SUPPORTED_ENCODINGS = {"gzip", "x-gzip"}
IDENTITY_NAMES = {"", "identity"}
# zlib's value for a gzip header and the largest window.
GZIP_WINDOW = 16 + zlib.MAX_WBITS
# Headers that are removed once the body is decoded.
ENCODED_BODY_HEADERS = {ENCODING_HEADER, b"content-length"}


class UnsupportedEncoding(HTTPException):
    """The body has an unsupported encoding.

    An HTTPException, because FastAPI hides other exceptions that are raised while it reads a body.
    """

    def __init__(self, encoding: str) -> None:
        detail = f"unsupported Content-Encoding {encoding[:100]!r}; send the body unencoded or as gzip"
        super().__init__(415, detail, {"Accept-Encoding": "gzip"})


class DamagedBody(HTTPException):
    """The body does not match its Content-Encoding."""

    def __init__(self) -> None:
        super().__init__(400, "the body is not valid gzip, or is incomplete")


def read_body_encoding(scope: Scope) -> str:
    """Return the encodings of the body, without `identity`; empty for an unencoded body."""
    given = b",".join(value for name, value in scope["headers"] if name == ENCODING_HEADER).decode("latin-1")
    return ", ".join(each for part in given.split(",") if (each := part.strip().lower()) not in IDENTITY_NAMES)


def remove_encoding_headers(scope: Scope) -> None:
    """Remove the request headers that do not apply to the decoded body."""
    scope["headers"] = [each for each in scope["headers"] if each[0] not in ENCODED_BODY_HEADERS]


class GzipDecoder:
    """Decoder of a body in pieces that returns at most `max_bytes` for each piece."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP_WINDOW)
        self._has_begun = False

    def decode(self, piece: bytes, max_bytes: int) -> bytes:
        """Decode the piece, or raise DamagedBody. A result of `max_bytes` may be cut off."""
        decoded = bytearray()
        while piece and len(decoded) < max_bytes:
            if self._member.eof:
                self._member = zlib.decompressobj(GZIP_WINDOW)
            try:
                decoded += self._member.decompress(piece, max_bytes - len(decoded))
            except zlib.error as error:
                raise DamagedBody from error
            self._has_begun = True
            piece = self._member.unused_data or self._member.unconsumed_tail
        return bytes(decoded)

    def end(self) -> None:
        """Check that the body is complete, or raise DamagedBody."""
        if self._has_begun and not self._member.eof:
            raise DamagedBody


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
    "zstd": partial(zstandard.compress, level=6),
    "br": partial(brotli.compress, quality=4),
    "gzip": partial(gzip.compress, compresslevel=5, mtime=0),
}


@cache_short(512, MAX_HEADER_CHARACTERS)
def choose_encoding(accepted: str) -> str | None:
    """Return the encoding for this Accept-Encoding, or None."""
    weights = dict(_parse_weight(part) for part in accepted.lower().split(",") if part.strip())
    others = weights.get("*", 0.0)
    return next((name for name in ENCODERS if weights.get(name, others) > 0), None)


def _parse_weight(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";")
    try:
        return name.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return name.strip(), 1.0


@lru_cache(maxsize=64)
def is_compressible(media_type: str) -> bool:
    """Return whether bodies of this type become smaller."""
    plain = media_type.partition(";")[0].strip()
    return plain.startswith(COMPRESSIBLE_TYPES) or plain.endswith(COMPRESSIBLE_SUFFIXES)
