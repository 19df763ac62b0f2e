"""XLSX workbook: its sheets by name, and their rows."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from api.spreadsheets.errors import UnreadableTable
from api.spreadsheets.sheet_cells import Bounds, Sheet, SheetCells, SheetRow, TextBudget
from api.spreadsheets.xlsx.calamine_values import NumberedValues, read_values
from api.spreadsheets.xlsx.package import Package
from api.spreadsheets.xlsx.parts import MAX_STYLE_ELEMENTS, StringReader, StyleReader, is_plain, measure_plain_strings
from api.spreadsheets.xlsx.scan import ELEMENTS_PER_CELL, SheetScan, refuse_large_area
from api.spreadsheets.xlsx.xml_reader import XmlReader, split_pieces

SHARED_STRING_MARK = b't="s"'
SHARED_STRING_CELL = re.compile(rb't="s"[^<>]*><v>([0-9]{1,9})</v>')
# A larger sheet is scanned element by element before it is unpacked as a whole: its size may be an attack.
LARGE_BYTES = 50_000_000
BYTES_PER_CHARACTER = 20
MAX_WORKBOOK_ELEMENTS = 100_000


class XlsxWorkbook:
    """Workbook of Excel; see Workbook."""

    def __init__(self, body: bytes, bounds: Bounds) -> None:
        self._package = Package(body, bounds)
        self._bounds = bounds
        self._budget = TextBudget(bounds.characters)
        part = self._find_workbook_part()
        self._relations = self._package.read_relations(part)
        reader = _WorkbookReader(part)
        reader.read_whole(self._package.read_chunks(part))
        self.sheets = self._select_sheets(reader.sheets)
        self._since_1904 = reader.since_1904

    def read(self, sheet: Sheet) -> SheetCells:
        """Read a sheet's cells; scan the sheet too unless it is plain."""
        scan = None
        if self._package.get_part_size(sheet.part) > min(LARGE_BYTES, BYTES_PER_CHARACTER * self._budget.left):
            scan = self._scan(sheet.part, self._package.read_chunks(sheet.part))
        xml = self._package.read_part(sheet.part)
        if scan is None and (self._struck or not is_plain(xml, self._bounds) or not self._has_little_text(xml)):
            scan = self._scan(sheet.part, split_pieces(xml))
        values = read_values(xml, self._strings, self._styles, since_1904=self._since_1904)
        if scan is None:
            return SheetCells([self._count_characters(SheetRow(*each)) for each in values], since_1904=self._since_1904)
        rows = _merge_rows(values, scan.rows)
        return SheetCells(rows, scan.merged, scan.hidden_columns, self._since_1904)

    def _count_characters(self, row: SheetRow) -> SheetRow:
        self._budget.take(sum(map(len, row.values.values())))
        return row

    def _scan(self, part: str, xml: Iterable[bytes]) -> SheetScan:
        most_elements = self._package.limit_elements(part, ELEMENTS_PER_CELL * self._bounds.cells)
        lengths, struck = self._lengths, self._struck
        scan = SheetScan(part, self._bounds, self._budget, most_elements=most_elements, lengths=lengths, struck=struck)
        scan.read_whole(xml)
        refuse_large_area(scan.last_row, scan.last_column, self._bounds)
        return scan

    def _has_little_text(self, xml: bytes) -> bool:
        """Return whether the text of a plain sheet's cells stays within the bound.

        The first check takes the longest shared text for each cell, the second the cell's own text.
        """
        longest = max(self._lengths, default=0)
        if len(xml) + longest * xml.count(SHARED_STRING_MARK) <= self._budget.left:
            return True
        shared = [int(index) for index in SHARED_STRING_CELL.findall(xml)]
        if len(shared) != xml.count(SHARED_STRING_MARK) or max(shared, default=-1) >= len(self._lengths):
            return False
        return len(xml) + sum(self._lengths[index] for index in shared) <= self._budget.left

    @cached_property
    def _strings(self) -> bytes | None:
        part = self._find_part("sharedStrings")
        return None if part is None else self._package.read_part(part)

    @cached_property
    def _lengths(self) -> Sequence[int]:
        """Lengths of the texts that cells share, read before calamine gets the texts."""
        part, xml = self._find_part("sharedStrings"), self._strings
        if part is None or xml is None:
            return ()
        plain = measure_plain_strings(xml)
        if plain is not None and len(plain) <= self._bounds.cells and len(xml) <= self._budget.left:
            return plain
        most_elements = self._package.limit_elements(part, ELEMENTS_PER_CELL * self._bounds.cells)
        reader = StringReader(part, self._bounds.cells, self._budget, most_elements=most_elements)
        reader.read_whole(split_pieces(xml))
        return reader.lengths

    @cached_property
    def _styles(self) -> bytes | None:
        part = self._find_part("styles")
        return None if part is None else self._package.read_part(part)

    @cached_property
    def _struck(self) -> set[str]:
        part, xml = self._find_part("styles"), self._styles
        if part is None or xml is None or not any(mark in xml for mark in (b"strike", b"<!", b"\0")):
            return set()
        reader = StyleReader(part, self._package.limit_elements(part, MAX_STYLE_ELEMENTS))
        reader.read_whole(split_pieces(xml))
        return reader.struck

    def _find_workbook_part(self) -> str:
        found = [each.target for each in self._package.read_relations("") if each.kind == "officeDocument"]
        if not found or not found[0].endswith(".xml") or found[0] not in self._package:
            raise UnreadableTable(f"not_a_spreadsheet.{self._guess_file_kind()}")
        return found[0]

    def _guess_file_kind(self) -> str:
        if "content.xml" in self._package:
            return "open_document"
        return "binary" if "xl/workbook.bin" in self._package else "zip"

    def _select_sheets(self, named: list[dict[str, str]]) -> list[Sheet]:
        """Select the sheets that have cells; a chart or a dialogue is a sheet too."""
        parts = {found.id: found.target for found in self._relations if found.kind == "worksheet"}
        return [
            Sheet(sheet["name"], parts[sheet["id"]], is_hidden=sheet["state"] != "visible")
            for sheet in named
            if parts.get(sheet["id"], "") in self._package
        ]

    def _find_part(self, kind: str) -> str | None:
        found = (each.target for each in self._relations if each.kind == kind)
        return next((target for target in found if target in self._package), None)


def _merge_rows(values: Iterable[NumberedValues], noted: dict[int, SheetRow]) -> list[SheetRow]:
    """Merge the rows' values into the scanned rows, in the order of the sheet."""
    for number, texts in values:
        row = noted.setdefault(number, SheetRow(number))
        row.values = row.values | texts
    return [noted[number] for number in sorted(noted) if noted[number].columns]


class _WorkbookReader(XmlReader):
    def __init__(self, part: str) -> None:
        super().__init__(part, MAX_WORKBOOK_ELEMENTS, begin={"sheet": self._add_sheet, "workbookPr": self._set_epoch})
        self.sheets: list[dict[str, str]] = []
        self.since_1904 = False

    def _add_sheet(self, attributes: dict[str, str]) -> None:
        # The program that wrote the file chooses the identifier's prefix, almost always r:id.
        identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        state = attributes.get("state", "visible")
        self.sheets.append({"name": attributes.get("name", ""), "id": identifier, "state": state})

    def _set_epoch(self, attributes: dict[str, str]) -> None:
        self.since_1904 = attributes.get("date1904") in {"1", "true"}
