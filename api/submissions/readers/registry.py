"""Reader of weekly updates in all formats: from bytes to rows, without validation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from api.messages.message import Message
from api.spreadsheets.errors import TooLarge
from api.spreadsheets.text_encodings import decode_beginning
from api.spreadsheets.workbook_reader import WORKBOOK_MARKS
from api.submissions.limits import Limits
from api.submissions.readers.csv import read_csv_submission
from api.submissions.readers.json import read_json_submission
from api.submissions.rows import Problem, RawSubmission, UnsupportedForm

FORMAT_SAMPLE_BYTES = 2_000
Reader = Callable[[bytes, Limits], RawSubmission]


def _read_workbook_lazily(body: bytes, limits: Limits) -> RawSubmission:
    # Reading spreadsheets needs seven megabytes of modules, and most processes never read one.
    from api.submissions.readers.workbook import read_workbook_submission  # noqa: PLC0415

    return read_workbook_submission(body, limits)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
READERS_BY_MEDIA_TYPE: dict[str, Reader] = {
    "text/csv": read_csv_submission,
    "application/csv": read_csv_submission,
    "text/tab-separated-values": read_csv_submission,
    "application/json": read_json_submission,
    "application/geo+json": read_json_submission,
    "application/vnd.geo+json": read_json_submission,
    XLSX: _read_workbook_lazily,
    XLSM: _read_workbook_lazily,
    ODS: _read_workbook_lazily,
}
TEXT_READERS = {
    ".csv": read_csv_submission,
    ".tsv": read_csv_submission,
    ".txt": read_csv_submission,
    ".json": read_json_submission,
    ".geojson": read_json_submission,
}
WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".ods", ".xls"}
# Browsers send these for unknown types; on Windows with Excel, they send a CSV file as vnd.ms-excel.
GENERIC_MEDIA_TYPES = {
    "",
    "application/octet-stream",
    "application/vnd.ms-excel",
    "application/zip",
    "application/x-zip-compressed",
    "text/plain",
}
SUPPORTED_CHARSETS = {"utf-8", "utf8", "us-ascii", "utf-16"}
SUPPORTED_FORMATS = (
    "CSV (text/csv)",
    f"XLSX ({XLSX})",
    f"ODS ({ODS})",
    "XLS (application/vnd.ms-excel)",
    "JSON (application/json)",
    "GeoJSON (application/geo+json)",
)


def read_submission(body: bytes, media_type: str, file_name: str | None, limits: Limits) -> RawSubmission:
    """Read all rows, with problems for unreadable values. A file without a row has a problem.

    The media type decides the reader; for a generic type (application/octet-stream), the content and the file's name
    decide. Raises only TooLarge and UnsupportedForm, for any bytes.
    """
    if len(body) > limits.max_bytes:
        raise TooLarge("too_large.file", size=len(body), most=limits.max_bytes)
    reader = _select_reader(body, media_type, file_name)
    submission = reader(body, limits)
    if submission.rows or submission.problems:
        return submission
    return replace(submission, problems=(Problem(Message("no_rows")),))


def _select_reader(body: bytes, media_type: str, file_name: str | None) -> Reader:
    name, *parameters = (part.strip().lower() for part in media_type.split(";"))
    _refuse_other_charset(parameters)
    reader = _detect_reader(body, file_name) if name in GENERIC_MEDIA_TYPES else READERS_BY_MEDIA_TYPE.get(name)
    if reader is None:
        sent = f"{name}, {file_name!r}" if name in GENERIC_MEDIA_TYPES else name
        key = "unsupported.web_page" if is_web_page(body) else "unsupported.form"
        raise UnsupportedForm(key, sent=sent, forms=SUPPORTED_FORMATS)
    return reader


def _detect_reader(body: bytes, file_name: str | None) -> Reader | None:
    """Return the reader of a workbook or text by its content; None for other files, and for web pages.

    For an empty file the name decides. Old programs name a text or a web page .xls.
    """
    suffix = PurePath(file_name or "").suffix.lower()
    if suffix and suffix not in TEXT_READERS and suffix not in WORKBOOK_SUFFIXES:
        return None
    if body.startswith(WORKBOOK_MARKS):
        return _read_workbook_lazily
    first = decode_beginning(body[:FORMAT_SAMPLE_BYTES])
    if not first or is_web_page(body):
        return TEXT_READERS.get(suffix) or (
            _read_workbook_lazily if suffix in WORKBOOK_SUFFIXES and not first else None
        )
    return TEXT_READERS.get(suffix) or (read_json_submission if first[0] in "{[" else read_csv_submission)


def is_web_page(body: bytes) -> bool:
    """Return whether the text begins like HTML or XML."""
    return decode_beginning(body[:FORMAT_SAMPLE_BYTES]).startswith("<")


def _refuse_other_charset(parameters: list[str]) -> None:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip(' "') not in SUPPORTED_CHARSETS:
            raise UnsupportedForm("unsupported.charset", charset=value.strip())
