"""OpenDocument workbook: its sheets by name, and their rows."""

from api.spreadsheets.errors import UnreadableTable
from api.spreadsheets.ods_cells import OdsReader
from api.spreadsheets.sheet_cells import Bounds, Sheet, SheetCells
from api.spreadsheets.xlsx.package import Package, build_encryption_error

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
