"""CORS headers (Fetch standard): pages of any origin may read public data."""

EXPOSED_HEADERS = [
    *("ETag", "Link", "OGC-NumberMatched", "OGC-NumberReturned", "Content-Crs"),
    *("Location", "Content-Location", "Retry-After", "Allow", "Content-Disposition"),
    *("Accept-Ranges", "Content-Range", "WWW-Authenticate"),
]
# The headers of a public answer, which are the same for every origin.
PUBLIC_CORS_HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(EXPOSED_HEADERS).encode()),
)
