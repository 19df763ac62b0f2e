"""Input formats of weekly updates: one entry each, with its reader from bytes to rows, without validation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

from api.messages.message import Message
from api.spreadsheets.errors import TooLarge
from api.spreadsheets.text_encodings import decode_beginning
from api.spreadsheets.workbook_reader import WORKBOOK_MARKS
from api.submissions.limits import Limits
from api.submissions.problems import Problem
from api.submissions.readers.csv import read_csv_submission
from api.submissions.readers.json import read_json_submission
from api.submissions.rows import RawSubmission, UnsupportedForm

FORMAT_SAMPLE_BYTES = 2_000
Reader = Callable[[bytes, Limits], RawSubmission]


def _read_workbook_lazily(body: bytes, limits: Limits) -> RawSubmission:
    # Reading spreadsheets needs seven megabytes of modules, and most processes never read one.
    from api.submissions.readers.workbook import read_workbook_submission  # noqa: PLC0415

    return read_workbook_submission(body, limits)


@dataclass(frozen=True, slots=True)
class InputFormat:
    """Format of an uploaded file. `extensions` and `aliases`, further media types, select its reader too.

    `marks` are the first bytes of a binary file; a text format has none.
    """

    title: str
    media_type: str
    read: Reader
    extensions: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    marks: tuple[bytes, ...] = ()


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLS = "application/vnd.ms-excel"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
CSV_FORMAT = InputFormat(
    *("CSV", "text/csv", read_csv_submission, (".csv", ".tsv", ".txt")),
    aliases=("application/csv", "text/tab-separated-values"),
)
JSON_FORMAT = InputFormat("JSON", "application/json", read_json_submission, (".json",))
# One entry a format, in the order of messages.
INPUT_FORMATS = (
    CSV_FORMAT,
    InputFormat("XLSX", XLSX, _read_workbook_lazily, (".xlsx", ".xlsm"), aliases=(XLSM,), marks=WORKBOOK_MARKS),
    InputFormat("ODS", ODS, _read_workbook_lazily, (".ods",), marks=WORKBOOK_MARKS),
    InputFormat("XLS", XLS, _read_workbook_lazily, (".xls",), marks=WORKBOOK_MARKS),
    JSON_FORMAT,
    InputFormat(
        *("GeoJSON", "application/geo+json", read_json_submission, (".geojson",)),
        aliases=("application/vnd.geo+json",),
    ),
)
FORMATS_BY_MEDIA_TYPE = {name: each for each in INPUT_FORMATS for name in (each.media_type, *each.aliases)}
FORMATS_BY_EXTENSION = {extension: each for each in INPUT_FORMATS for extension in each.extensions}
# Browsers send these for unknown types; on Windows with Excel, they send a CSV file as vnd.ms-excel.
GENERIC_MEDIA_TYPES = {
    "",
    "application/octet-stream",
    XLS,
    "application/zip",
    "application/x-zip-compressed",
    "text/plain",
}
SUPPORTED_CHARSETS = {"utf-8", "utf8", "us-ascii", "utf-16"}
SUPPORTED_FORMATS = tuple(f"{each.title} ({each.media_type})" for each in INPUT_FORMATS)


def read_submission(body: bytes, media_type: str, file_name: str | None, limits: Limits) -> RawSubmission:
    """Read all rows, with problems for unreadable values. A file without a row has a problem.

    The media type decides the reader; for a generic type (application/octet-stream), the content and the file's name
    decide. Raises only TooLarge and UnsupportedForm, for any bytes.
    """
    if len(body) > limits.max_bytes:
        raise TooLarge("too_large.file", size=len(body), most=limits.max_bytes)
    submission = _select_format(body, media_type, file_name).read(body, limits)
    if submission.rows or submission.problems:
        return submission
    return replace(submission, problems=(Problem(Message("no_rows")),))


def _select_format(body: bytes, media_type: str, file_name: str | None) -> InputFormat:
    name, *parameters = (part.strip().lower() for part in media_type.split(";"))
    _refuse_other_charset(parameters)
    format_ = _detect_format(body, file_name) if name in GENERIC_MEDIA_TYPES else FORMATS_BY_MEDIA_TYPE.get(name)
    if format_ is None:
        sent = f"{name}, {file_name!r}" if name in GENERIC_MEDIA_TYPES else name
        key = "unsupported.web_page" if is_web_page(body) else "unsupported.form"
        raise UnsupportedForm(key, sent=sent, forms=SUPPORTED_FORMATS)
    return format_


def _detect_format(body: bytes, file_name: str | None) -> InputFormat | None:
    """Detect a binary format by its first bytes, and a text by its extension or its first character.

    For an empty file the name decides. Old programs name a text or a web page .xls. None for other files.
    """
    extension = PurePath(file_name or "").suffix.lower()
    named = FORMATS_BY_EXTENSION.get(extension)
    if extension and named is None:
        return None
    marked = next((each for each in INPUT_FORMATS if body.startswith(each.marks)), None)
    if marked is not None:
        return marked
    first = decode_beginning(body[:FORMAT_SAMPLE_BYTES])
    if (named is not None and not named.marks) or not first:
        return named
    if is_web_page(body):
        return None
    return JSON_FORMAT if first[0] in "{[" else CSV_FORMAT


def is_web_page(body: bytes) -> bool:
    """Return whether the text begins like HTML or XML."""
    return decode_beginning(body[:FORMAT_SAMPLE_BYTES]).startswith("<")


def _refuse_other_charset(parameters: list[str]) -> None:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip(' "') not in SUPPORTED_CHARSETS:
            raise UnsupportedForm("unsupported.charset", charset=value.strip())
