"""Reader of weekly updates in all formats: from bytes to rows, without validation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from api.messages.message import Message
from api.spreadsheets.faults import TooLarge
from api.spreadsheets.text_encodings import as_text
from api.spreadsheets.workbook import WORKBOOK_MARKS
from api.submissions.csv_form import read_csv
from api.submissions.json_form import read_json_form
from api.submissions.limits import Limits
from api.submissions.raw import Problem, RawSubmission, UnsupportedForm

LOOKED_AT_BYTES = 2_000
Reader = Callable[[bytes, Limits], RawSubmission]


def _read_workbook(body: bytes, limits: Limits) -> RawSubmission:
    # Reading spreadsheets needs seven megabytes of modules, and most processes never read one.
    from api.submissions.workbook_form import read_workbook  # noqa: PLC0415

    return read_workbook(body, limits)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
BY_MEDIA_TYPE: dict[str, Reader] = {
    "text/csv": read_csv,
    "application/csv": read_csv,
    "text/tab-separated-values": read_csv,
    "application/json": read_json_form,
    "application/geo+json": read_json_form,
    "application/vnd.geo+json": read_json_form,
    XLSX: _read_workbook,
    XLSM: _read_workbook,
    ODS: _read_workbook,
}
TEXTS = {".csv": read_csv, ".tsv": read_csv, ".txt": read_csv, ".json": read_json_form, ".geojson": read_json_form}
WORKBOOKS = {".xlsx", ".xlsm", ".ods", ".xls"}
# Browsers send these for unknown types; on Windows with Excel, they send a CSV file as vnd.ms-excel.
SAYS_NOTHING = {
    "",
    "application/octet-stream",
    "application/vnd.ms-excel",
    "application/zip",
    "application/x-zip-compressed",
    "text/plain",
}
UTF_8_OR_MARKED = {"utf-8", "utf8", "us-ascii", "utf-16"}
FORMS = (
    "CSV (text/csv)",
    f"XLSX ({XLSX})",
    f"ODS ({ODS})",
    "XLS (application/vnd.ms-excel)",
    "JSON (application/json)",
    "GeoJSON (application/geo+json)",
)


def read(body: bytes, media_type: str, file_name: str | None, limits: Limits) -> RawSubmission:
    """Read all rows, with problems for unreadable values. A file without a row has a problem.

    The media type decides the reader; for a generic type (application/octet-stream), the content and the file's name
    decide. Raises only TooLarge and UnsupportedForm, for any bytes.
    """
    if len(body) > limits.largest_bytes:
        raise TooLarge("too_large.file", size=len(body), most=limits.largest_bytes)
    reader = _reader(body, media_type, file_name)
    submission = reader(body, limits)
    if submission.rows or submission.problems:
        return submission
    return replace(submission, problems=(Problem(Message("no_rows")),))


def _reader(body: bytes, media_type: str, file_name: str | None) -> Reader:
    name, *parameters = (part.strip().lower() for part in media_type.split(";"))
    _refuse_other_charset(parameters)
    reader = _told_by_content(body, file_name) if name in SAYS_NOTHING else BY_MEDIA_TYPE.get(name)
    if reader is None:
        sent = f"{name}, {file_name!r}" if name in SAYS_NOTHING else name
        key = "unsupported.web_page" if is_web_page(body) else "unsupported.form"
        raise UnsupportedForm(key, sent=sent, forms=FORMS)
    return reader


def _told_by_content(body: bytes, file_name: str | None) -> Reader | None:
    """Return the reader of a workbook or text by its content; None for other files, and for web pages.

    For an empty file the name decides. Old programs name a text or a web page .xls.
    """
    suffix = PurePath(file_name or "").suffix.lower()
    if suffix and suffix not in TEXTS and suffix not in WORKBOOKS:
        return None
    if body.startswith(WORKBOOK_MARKS):
        return _read_workbook
    first = as_text(body[:LOOKED_AT_BYTES])
    if not first or is_web_page(body):
        return TEXTS.get(suffix) or (_read_workbook if suffix in WORKBOOKS and not first else None)
    return TEXTS.get(suffix) or (read_json_form if first[0] in "{[" else read_csv)


def is_web_page(body: bytes) -> bool:
    """Return whether the text begins like HTML or XML."""
    return as_text(body[:LOOKED_AT_BYTES]).startswith("<")


def _refuse_other_charset(parameters: list[str]) -> None:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip(' "') not in UTF_8_OR_MARKED:
            raise UnsupportedForm("unsupported.charset", charset=value.strip())
