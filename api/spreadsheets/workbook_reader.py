"""Opening of workbooks; the first bytes decide the file format, the file's name does not."""

import io
import struct
from collections.abc import Iterator
from typing import Any

import xlrd

from api.spreadsheets.errors import TooLarge, UnreadableTable
from api.spreadsheets.ods_cells import OdsReader
from api.spreadsheets.serial_numbers import format_serial_day, normalize_number
from api.spreadsheets.sheet_cells import (
    Bounds,
    MergedCells,
    Sheet,
    SheetCells,
    SheetRow,
    TextBudget,
    Workbook,
    refuse_far_column,
)
from api.spreadsheets.xlsx.package import Package, build_encryption_error

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
        from api.spreadsheets.workbook_reader import OdsWorkbook  # noqa: PLC0415 - most processes never read one

        return OdsWorkbook(body, bounds)
    from api.spreadsheets.xlsx.workbook import XlsxWorkbook  # noqa: PLC0415

    return XlsxWorkbook(body, bounds)


def is_open_document(body: bytes) -> bool:
    """Return whether the zip begins with the media type that is the first part of an OpenDocument file."""
    return OPEN_DOCUMENT_MARK in body[:MIME_TYPE_BYTES]


def _open_xls(body: bytes, bounds: Bounds) -> Workbook:
    if ENCRYPTED_MARK in body:
        raise build_encryption_error()
    from api.spreadsheets.workbook_reader import XlsWorkbook  # noqa: PLC0415

    return XlsWorkbook(body, bounds)


CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
ELEMENTS_PER_CELL = 6


class OdsWorkbook:
    """Workbook of LibreOffice or Google Sheets; see Workbook. All of its sheets are in one part."""

    def __init__(self, body: bytes, bounds: Bounds) -> None:
        package = Package(body, bounds)
        if MANIFEST in package and b"encryption-data" in package.read_part(MANIFEST):
            raise build_encryption_error()
        if CONTENT not in package:
            raise UnreadableTable("not_a_spreadsheet.part", part=CONTENT)
        most_elements = package.limit_elements(CONTENT, ELEMENTS_PER_CELL * bounds.cells)
        reader = OdsReader(CONTENT, bounds, most_elements)
        reader.read_whole(package.read_chunks(CONTENT))
        if not reader.is_spreadsheet:
            raise UnreadableTable("not_a_spreadsheet.kind")
        self.sheets = [Sheet(each.name, str(place), each.is_hidden) for place, each in enumerate(reader.sheets)]
        self._cells = [each.cells for each in reader.sheets]

    def read(self, sheet: Sheet) -> SheetCells:
        """Return the cells of a sheet; `__init__` has read them."""
        return self._cells[int(sheet.part)]


FORMULA_RECORDS = {0x0006, 0x0206, 0x0406}
BEGIN_RECORDS, END_RECORD = {0x0009, 0x0209, 0x0409, 0x0809}, 0x000A  # of a sheet, and of a chart within it
RECORD_HEADER = struct.Struct("<HH")
CellPosition = tuple[int, int]


def find_formula_cells(book: xlrd.Book) -> dict[int, set[CellPosition]]:
    """Find the row and column (the first is 0) of each computed cell, by the place of its sheet in the workbook."""
    starts: list[int] = book._sh_abs_posn  # noqa: SLF001 - xlrd has no public name for where a sheet begins
    return {place: set(_iterate_formulas(book.mem, start)) for place, start in enumerate(starts)}


def _iterate_formulas(stream: bytes, start: int) -> Iterator[CellPosition]:
    depth = 0
    while 0 <= start <= len(stream) - RECORD_HEADER.size:
        kind, length = RECORD_HEADER.unpack_from(stream, start)
        start += RECORD_HEADER.size
        if kind in FORMULA_RECORDS and start + RECORD_HEADER.size <= len(stream):
            yield RECORD_HEADER.unpack_from(stream, start)
        depth += (kind in BEGIN_RECORDS) - (kind == END_RECORD)
        if depth <= 0:
            return
        start += length


class XlsWorkbook:
    """Workbook of old programs; see Workbook. The text of a formula is not read, only that the cell has a formula."""

    def __init__(self, body: bytes, bounds: Bounds) -> None:
        self._bounds = bounds
        self._budget, self._cells_left = TextBudget(bounds.characters), bounds.cells
        try:
            self._book = xlrd.open_workbook(
                file_contents=body, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
            )
            self._formulas = find_formula_cells(self._book)
        except Exception as error:  # xlrd checks little, and raises any error for a broken file
            if "encrypted" in str(error):
                raise build_encryption_error() from error
            raise _build_read_error(error) from error
        visibility = self._book._sheet_visibility  # noqa: SLF001 - the public attribute needs a loaded sheet
        self.sheets = [
            Sheet(name, str(place), is_hidden=bool(hidden))
            for place, (name, hidden) in enumerate(zip(self._book.sheet_names(), visibility, strict=True))
        ]

    def read(self, sheet: Sheet) -> SheetCells:
        """Read a sheet's cells. Raises UnreadableTable, TooLarge."""
        place = int(sheet.part)
        try:
            found = self._book.sheet_by_index(place)
            rows = [row for row in self._iterate_rows(found, self._formulas[place]) if row.columns]
        except TooLarge:
            raise
        except Exception as error:
            raise _build_read_error(error) from error
        merged = [MergedCells(first + 1, left + 1, last, right) for first, last, left, right in found.merged_cells]
        hidden = {column + 1 for column, each in found.colinfo_map.items() if each.hidden}
        return SheetCells(rows, merged, hidden, since_1904=bool(self._book.datemode))

    def _iterate_rows(self, found: Any, formulas: set[tuple[int, int]]) -> Iterator[SheetRow]:  # noqa: ANN401 - a Sheet
        for number in range(found.nrows):
            info = found.rowinfo_map.get(number)
            row = SheetRow(number + 1, is_hidden=bool(info and info.hidden))
            for column, cell in enumerate(found.row(number), start=1):
                if text := self._read_text(cell):
                    refuse_far_column(row.number, column, self._bounds)
                    self._take(text)
                    row.values[column] = text
                    self._note(row, column, cell, is_formula=(number, column - 1) in formulas)
            yield row

    def _take(self, text: str) -> None:
        self._budget.take(len(text))
        self._cells_left -= 1
        if self._cells_left < 0:
            raise TooLarge("too_large.cells", most=self._bounds.cells)

    def _note(self, row: SheetRow, column: int, cell: Any, *, is_formula: bool) -> None:  # noqa: ANN401 - a Cell
        if is_formula:
            row.formulas[column] = "="
        if cell.ctype == xlrd.XL_CELL_ERROR:
            row.errors.add(column)
        if self._book.font_list[self._book.xf_list[cell.xf_index].font_index].struck_out:
            row.struck.add(column)

    def _read_text(self, cell: Any) -> str:  # noqa: ANN401 - a Cell
        if cell.ctype == xlrd.XL_CELL_TEXT:
            return str(cell.value).strip()
        if cell.ctype == xlrd.XL_CELL_DATE:
            return format_serial_day(cell.value, since_1904=bool(self._book.datemode))
        if cell.ctype == xlrd.XL_CELL_NUMBER:
            return normalize_number(repr(cell.value))
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return "true" if cell.value else "false"
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
        return ""


def _build_read_error(error: Exception) -> UnreadableTable:
    return UnreadableTable("old_xls", reason=str(error))
