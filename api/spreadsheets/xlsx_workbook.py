"""An XLSX workbook: its sheets by name, and their rows."""

from dataclasses import dataclass
from functools import partial

from api.spreadsheets.faults import UnreadableTable
from api.spreadsheets.xlsx_cells import ELEMENTS_OF_A_CELL, CellReader, StringReader, TextBudget
from api.spreadsheets.xlsx_package import Bounds, Package, Relation
from api.spreadsheets.xlsx_styles import MOST_ELEMENTS_OF_STYLES, StyleReader, day_text
from api.spreadsheets.xml_reader import XmlReader

MOST_ELEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with cells, and where in the package they are."""

    name: str
    part: str
    is_hidden: bool


class Workbook:
    """Opened from the bytes of an XLSX file. Everything here raises UnreadableTable and TableTooLarge.

    Formulas are not computed, external links not followed, macros, drawings and all else not read.
    """

    def __init__(self, body: bytes, bounds: Bounds) -> None:
        self._package = Package(body, bounds)
        self._bounds = bounds
        self._budget = TextBudget(bounds.characters)
        part = self._workbook_part()
        relations = self._package.relations(part)
        reader = _WorkbookReader(part)
        reader.read_whole(self._package.chunks(part))
        self.sheets = self._sheets(reader.sheets, relations)
        self._since_1904 = reader.since_1904
        self._strings = self._shared_strings(relations)
        self._days = self._day_styles(relations)

    def cells(self, sheet: Sheet) -> CellReader:
        """The cells of a sheet, not yet read."""
        return CellReader(
            sheet.part,
            self._package.chunks(sheet.part),
            self._bounds,
            self._budget,
            most_elements=self._package.most_elements(sheet.part, ELEMENTS_OF_A_CELL * self._bounds.cells),
            strings=self._strings,
            days=self._days,
            day_text=partial(day_text, since_1904=self._since_1904),
        )

    def _workbook_part(self) -> str:
        found = self._parts_of_kind(self._package.relations(""), "officeDocument")
        if not found or not found[0].endswith(".xml"):
            raise UnreadableTable("not_a_spreadsheet", f"the file is a zip, but not an XLSX spreadsheet{self._hint()}")
        return found[0]

    def _hint(self) -> str:
        if "content.xml" in self._package:
            return ": it is an OpenDocument file, save it as .xlsx"
        return ": it is a binary workbook, save it as .xlsx" if "xl/workbook.bin" in self._package else ""

    def _sheets(self, named: list[dict[str, str]], relations: list[Relation]) -> list[Sheet]:
        """Those that hold cells; a chart or a dialogue is a sheet too."""
        parts = {found.id: found.target for found in relations if found.kind == "worksheet"}
        return [
            Sheet(sheet["name"], parts[sheet["id"]], is_hidden=sheet["state"] != "visible")
            for sheet in named
            if parts.get(sheet["id"], "") in self._package
        ]

    def _shared_strings(self, relations: list[Relation]) -> list[str]:
        for part in self._parts_of_kind(relations, "sharedStrings"):
            most_elements = self._package.most_elements(part, ELEMENTS_OF_A_CELL * self._bounds.cells)
            reader = StringReader(part, self._bounds.cells, self._budget, most_elements=most_elements)
            reader.read_whole(self._package.chunks(part))
            return reader.strings
        return []

    def _day_styles(self, relations: list[Relation]) -> set[str]:
        for part in self._parts_of_kind(relations, "styles"):
            reader = StyleReader(part, self._package.most_elements(part, MOST_ELEMENTS_OF_STYLES))
            reader.read_whole(self._package.chunks(part))
            return reader.days
        return set()

    def _parts_of_kind(self, relations: list[Relation], kind: str) -> list[str]:
        return [found.target for found in relations if found.kind == kind and found.target in self._package]


class _WorkbookReader(XmlReader):
    def __init__(self, part: str) -> None:
        super().__init__(part, MOST_ELEMENTS, begin={"sheet": self._add_sheet, "workbookPr": self._set_epoch})
        self.sheets: list[dict[str, str]] = []
        self.since_1904 = False

    def _add_sheet(self, attributes: dict[str, str]) -> None:
        # The identifier's prefix is the writer's choice: r:id almost always.
        identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        state = attributes.get("state", "visible")
        self.sheets.append({"name": attributes.get("name", ""), "id": identifier, "state": state})

    def _set_epoch(self, attributes: dict[str, str]) -> None:
        self.since_1904 = attributes.get("date1904") in {"1", "true"}
