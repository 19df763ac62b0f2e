"""Header names in their usual HTTP/1.1 case: QGIS 3.32 to 3.40 finds `Location` only in that case."""

from collections.abc import Iterable

NAMES = (
    *("Accept-Ranges", "Allow", "Cache-Control", "Content-Crs", "Content-Disposition", "Content-Encoding"),
    *("Content-Location", "Content-Range", "Content-Type", "ETag", "Last-Modified", "Link", "Location"),
    *("OGC-NumberMatched", "OGC-NumberReturned", "Retry-After", "Vary", "WWW-Authenticate"),
)


class HeaderName(bytes):
    """A header name that keeps its case: uvicorn writes others in lower case."""

    __slots__ = ()

    def lower(self) -> bytes:
        return self


# Without names that uvicorn looks for, such as Content-Length.
NAMES_BY_LOWER_CASE = {name.lower().encode(): HeaderName(name.encode()) for name in NAMES}


def restore_header_case(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers, with names in the case that clients expect."""
    return tuple((NAMES_BY_LOWER_CASE.get(name, name), value) for name, value in headers)
