"""Bodies that come compressed: gzip is read, within the limit of the path (RFC 9110, 8.4 and 15.5.16)."""

import zlib

from starlette.exceptions import HTTPException
from starlette.types import Scope

HEADER = b"content-encoding"
READ = {"gzip", "x-gzip"}
NONE = {"", "identity"}
# What zlib calls a gzip header and the largest window.
GZIP_WINDOW = 16 + zlib.MAX_WBITS
# Of a decoded body nothing is announced, nor that it is encoded.
OF_THE_ENCODED = {HEADER, b"content-length"}


class UnreadableEncoding(HTTPException):
    """The body is in an encoding that is not read.

    FastAPI hides exceptions of other kinds that are met while it reads a body.
    """

    def __init__(self, encoding: str) -> None:
        said = f"the Content-Encoding {encoding[:100]!r} is not read: send the body as it is, or as gzip"
        super().__init__(415, said, {"Accept-Encoding": "gzip"})


class DamagedBody(HTTPException):
    """The body is not what its Content-Encoding says."""

    def __init__(self) -> None:
        super().__init__(400, "the body is not gzip, as its Content-Encoding says, or did not arrive whole")


def body_encoding(scope: Scope) -> str:
    """The encodings of the body, without `identity`; empty for a body as it is."""
    given = b",".join(value for name, value in scope["headers"] if name == HEADER).decode("latin-1")
    return ", ".join(each for part in given.split(",") if (each := part.strip().lower()) not in NONE)


def forget_encoding(scope: Scope) -> None:
    """Change the headers of the request to those of the same body without an encoding."""
    scope["headers"] = [each for each in scope["headers"] if each[0] not in OF_THE_ENCODED]


class GzipDecoder:
    """Decodes a body piece by piece, and never makes more than `max_bytes` of one."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP_WINDOW)
        self._has_begun = False

    def decode(self, piece: bytes, max_bytes: int) -> bytes:
        """Raises DamagedBody. A result of `max_bytes` may not be all there is."""
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
        """Raises DamagedBody where the body ended too early."""
        if self._has_begun and not self._member.eof:
            raise DamagedBody
