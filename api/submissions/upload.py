"""Reader of a posted file's bytes, up to the limit."""

from fastapi import Request
from starlette.datastructures import UploadFile

from api.http.body_limit import parse_content_length
from api.messages.shown_text import sanitize_text
from api.spreadsheets.errors import TooLarge
from api.submissions.rows import UnsupportedForm
from api.submissions.upload_space import ByteCounter

FORM_MEDIA_TYPE = "multipart/form-data"
MAX_NAME_CHARACTERS = 255


async def read_upload(request: Request, largest_bytes: int, take: ByteCounter) -> tuple[bytes, str, str | None]:
    """Read the file, its media type and its name: the body itself, or the part `file` of a form.

    `take` receives the number of bytes that come into memory. Raises the errors of `take`, TooLarge as soon as the
    limit is passed, and UnsupportedForm for a form without a file.
    """
    _refuse_announced(request, largest_bytes)
    media_type = _check_media_type(request.headers.get("content-type"))
    if not media_type.startswith(FORM_MEDIA_TYPE):
        return await _read_body(request, largest_bytes, take), media_type, _read_file_name(request)
    async with request.form(max_files=1, max_part_size=largest_bytes) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise UnsupportedForm("unsupported.form_without_file")
        _refuse_large(file.size or 0, largest_bytes)
        take(file.size or 0)
        return await file.read(), _check_media_type(file.content_type), _clean_file_name(file.filename)


async def _read_body(request: Request, largest_bytes: int, take: ByteCounter) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        _refuse_large(len(body) + len(chunk), largest_bytes)
        take(len(chunk))
        body += chunk
    return bytes(body)


def _refuse_announced(request: Request, largest_bytes: int) -> None:
    # A form is slightly larger than the file in it.
    _refuse_large(parse_content_length(request.scope), largest_bytes + 10_000)


def _refuse_large(size: int, largest_bytes: int) -> None:
    if size > largest_bytes:
        raise TooLarge("too_large.file_more", most=largest_bytes)


def _read_file_name(request: Request) -> str | None:
    """Return the file name in `Content-Disposition: attachment; filename="week.csv"`, for senders of a bare body."""
    _, found, name = request.headers.get("content-disposition", "").partition("filename=")
    return _clean_file_name(name.strip(' "')) if found else None


def _clean_file_name(name: str | None) -> str | None:
    """Cut the name to the stored length, and replace characters that PostgreSQL cannot store."""
    return name and sanitize_text(name, MAX_NAME_CHARACTERS)


def _check_media_type(given: str | None) -> str:
    """Check that the media type is printable and short, or raise UnsupportedForm."""
    media_type = given or "application/octet-stream"
    if len(media_type) > MAX_NAME_CHARACTERS or not media_type.isprintable():
        raise UnsupportedForm("unsupported.media_type", media_type=media_type)
    return media_type
