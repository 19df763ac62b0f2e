"""Answers made anew each time and yet the same: a client that has one is told so (RFC 9110, 8.8.3 and 13.1.2)."""

import datetime as dt
import hashlib

from fastapi import Request, Response


def tagged(request: Request, content: bytes, media_type: str, headers: dict[str, str] | None = None) -> Response:
    """The content with an ETag of its own bytes; 304 without them where the client names it in If-None-Match."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    told = {"Cache-Control": "no-cache", "ETag": tag} | (headers or {})
    if has_tagged(request, tag):
        return Response(status_code=304, headers=told)
    return Response(content, headers=told, media_type=media_type)


def has_tagged(request: Request, tag: str) -> bool:
    """Whether the client says in If-None-Match that it has what the tag is of."""
    return names_tag(",".join(request.headers.getlist("if-none-match")), tag)


def names_tag(if_none_match: str, tag: str, *, exists: bool = True) -> bool:
    """Whether the header names the tag, or names all by `*` and there `exists` what could have one.

    Compared weakly (RFC 9110, 13.1.2): a proxy that compresses may have marked the tag as weak, or taken the mark off.
    """
    named = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag.removeprefix("W/") in named or (exists and "*" in named)


def history_etag(code: str, moment: dt.datetime) -> str:
    """ETag of a point's history; a sender names it in If-Match to write only if nothing has changed since."""
    return f'"{code}.{int(moment.timestamp() * 1_000_000)}"'
