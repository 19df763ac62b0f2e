"""Pages of any origin may read what anybody may read (CORS, of the Fetch standard)."""

READ_BY_SCRIPTS = [
    *("ETag", "Link", "OGC-NumberMatched", "OGC-NumberReturned", "Content-Crs"),
    *("Location", "Content-Location", "Retry-After", "Allow", "Content-Disposition"),
    *("Accept-Ranges", "Content-Range", "WWW-Authenticate"),
]
# The headers of an answer that is the same for everybody, whichever page asks for it.
FOR_EVERYBODY = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(READ_BY_SCRIPTS).encode()),
)
