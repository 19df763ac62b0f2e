"""ETags of answers, and 304 for a client that has the current answer (RFC 9110, 8.8.3 and 13.1.2)."""

import datetime as dt
import hashlib

from fastapi import Request, Response


def build_tagged_response(
    request: Request, content: bytes, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """Build a response with the ETag of its content; 304 without content if If-None-Match contains the ETag."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    all_headers = {"Cache-Control": "no-cache", "ETag": tag} | (headers or {})
    if has_matching_tag(request, tag):
        return Response(status_code=304, headers=all_headers)
    return Response(content, headers=all_headers, media_type=media_type)


def has_matching_tag(request: Request, tag: str) -> bool:
    """Return whether the request's If-None-Match contains the tag."""
    return matches_tag(",".join(request.headers.getlist("if-none-match")), tag)


def matches_tag(if_none_match: str, tag: str, *, exists: bool = True) -> bool:
    """Return whether the header contains the tag, or is `*` and a resource `exists`.

    The comparison is weak (RFC 9110, 13.1.2): a proxy that compresses may add or remove the mark of a weak tag.
    """
    named = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag.removeprefix("W/") in named or (exists and "*" in named)


def build_history_etag(code: str, moment: dt.datetime) -> str:
    """Build the ETag of a point's history; with it in If-Match a client writes only if nothing has changed since."""
    return f'"{code}.{int(moment.timestamp() * 1_000_000)}"'
