"""Opening of workbooks; the first bytes decide the file format, the file's name does not."""

from api.spreadsheets.errors import UnreadableTable
from api.spreadsheets.sheet_cells import Bounds, Workbook
from api.spreadsheets.xlsx.package import build_encryption_error

ZIP_MARK = b"PK\x03\x04"
OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")  # of .xls, and of workbooks with a password
ZIP_PREFIX = b"PK"  # also of an empty or incomplete zip
WORKBOOK_MARKS = (ZIP_MARK, OLE_MARK)
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
OPEN_DOCUMENT_MARK = b"mimetypeapplication/vnd.oasis.opendocument."
MIME_TYPE_BYTES = 200


def open_workbook(body: bytes, bounds: Bounds) -> Workbook:
    """Open an XLSX, XLSM, ODS or XLS file. Raises UnreadableTable, TooLarge."""
    if body.startswith(OLE_MARK):
        return _open_xls(body, bounds)
    if not body.startswith(ZIP_PREFIX):
        raise UnreadableTable("not_a_spreadsheet")
    if is_open_document(body):
        from api.spreadsheets.ods_workbook import OdsWorkbook  # noqa: PLC0415 - most processes never read one

        return OdsWorkbook(body, bounds)
    from api.spreadsheets.xlsx.workbook import XlsxWorkbook  # noqa: PLC0415

    return XlsxWorkbook(body, bounds)


def is_open_document(body: bytes) -> bool:
    """Return whether the zip begins with the media type that is the first part of an OpenDocument file."""
    return OPEN_DOCUMENT_MARK in body[:MIME_TYPE_BYTES]


def _open_xls(body: bytes, bounds: Bounds) -> Workbook:
    if ENCRYPTED_MARK in body:
        raise build_encryption_error()
    from api.spreadsheets.xls_workbook import XlsWorkbook  # noqa: PLC0415

    return XlsWorkbook(body, bounds)
