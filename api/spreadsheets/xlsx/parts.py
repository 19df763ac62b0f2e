"""Checks and readers of the parts of an XLSX workbook."""

import re
from functools import partial
from itertools import pairwise

from api.spreadsheets.errors import TooLarge
from api.spreadsheets.sheet_cells import Bounds, TextBudget, parse_column_letters
from api.spreadsheets.xlsx.scan import is_large_area
from api.spreadsheets.xlsx.xml_reader import XmlReader

# All elements of texts without formatting, except the root element.
PLAIN_TAGS = (b"<si>", b"<t>", b"<t ", b"<t/>")
STRING_END = b"</si>"


class StringReader(XmlReader):
    """Reader that collects `lengths`: the number of characters of each text, without phonetic guides (East Asia).

    Raises UnreadableTable and TooLarge, also for more than `most_strings` texts.
    """

    def __init__(self, part: str, most_strings: int, budget: TextBudget, *, most_elements: int) -> None:
        begin = {"si": self._begin_string, "rPh": self._begin_phonetic, "t": self._begin_text}
        end = {"si": self._end_string, "rPh": self._end_phonetic, "t": self._end_text}
        super().__init__(part, most_elements, begin=begin, end=end)
        self.lengths: list[int] = []
        self._most = most_strings
        self._budget = budget
        self._length = 0
        self._is_text = self._is_phonetic = False

    def handle_text(self, text: str) -> None:
        if self._is_text:
            self._budget.take(len(text))
            self._length += len(text)

    def _begin_string(self, _: dict[str, str]) -> None:
        self._length = 0

    def _begin_phonetic(self, _: dict[str, str]) -> None:
        self._is_phonetic = True

    def _begin_text(self, _: dict[str, str]) -> None:
        self._is_text = not self._is_phonetic

    def _end_text(self) -> None:
        self._is_text = False

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _end_string(self) -> None:
        if len(self.lengths) >= self._most:
            raise TooLarge("too_large.texts", most=self._most)
        self.lengths.append(self._length)


def measure_plain_strings(xml: bytes) -> list[int] | None:
    """Return an upper bound of each text's length (in bytes) without parsing; None if the texts have formatting."""
    if xml.count(b"<") - xml.count(b"</") - xml.count(b"<?xml ") != 1 + sum(map(xml.count, PLAIN_TAGS)) or b"\0" in xml:
        return None
    return [len(text) for text in xml[max(xml.find(PLAIN_TAGS[0]), 0) :].split(STRING_END)[:-1]]


MAX_STYLE_ELEMENTS = 500_000
SECTIONS = ("fonts", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
FALSE_VALUES = {"0", "false"}


class StyleReader(XmlReader):
    """Reader that collects `struck`: numbers, as cells refer to them, of the styles with a struck-through font."""

    def __init__(self, part: str, most_elements: int = MAX_STYLE_ELEMENTS) -> None:
        sections = {name: partial(self._enter, name) for name in SECTIONS}
        own = {"font": self._add_font, "strike": self._add_strike, "xf": self._add_style}
        super().__init__(part, most_elements, begin={**sections, **own})
        self.struck: set[str] = set()
        self._section = ""
        self._font_count = self._style_count = 0
        self._struck_fonts: set[str] = set()

    def _enter(self, section: str, _: dict[str, str]) -> None:
        self._section = section

    def _add_font(self, _: dict[str, str]) -> None:
        if self._section == "fonts":
            self._font_count += 1

    def _add_strike(self, attributes: dict[str, str]) -> None:
        if self._section == "fonts" and attributes.get("val", "1") not in FALSE_VALUES:
            self._struck_fonts.add(str(self._font_count - 1))

    def _add_style(self, attributes: dict[str, str]) -> None:
        if self._section == "cellXfs":
            if attributes.get("fontId", "0") in self._struck_fonts:
                self.struck.add(str(self._style_count))
            self._style_count += 1


DATA_START, DATA_END = b"<sheetData>", b"</sheetData>"
CELL_START, ROW_START = b'<c r="', b'<row r="'
# All other elements of a row without formulas, and the marks of an error value and of a hidden row.
VALUE_START, INLINE_TEXT_STARTS = b"<v>", (b"<is>", b"<t>", b"<t ")
ERROR_TYPE = b't="e"'
HIDDEN_ATTRIBUTE, VISIBLE_ATTRIBUTES = b' hidden="', (b' hidden="0"', b' hidden="false"')
# Markup around the rows that needs parsing: merged cells, rows in unexpected places, elements with a prefix.
UNSUPPORTED_MARKUP = re.compile(rb"<mergeCell|<!|<c[\s/>]|<row|sheetData|\0|<\w+:(?:c|row|sheetData|col|mergeCell)\b")
ROW_NUMBER = re.compile(rb'<row r="([0-9]{1,7})"')


def is_plain(xml: bytes, bounds: Bounds) -> bool:
    """Return whether the sheet has only values, in an area that is small enough for calamine.

    A sheet that is not plain is still valid, but has to be read element by element.
    """
    begin, end = xml.find(DATA_START), xml.rfind(DATA_END)
    if not 0 <= begin < end:
        return False
    around, inside = xml[:begin] + xml[end + len(DATA_END) :], xml[begin + len(DATA_START) : end]
    return _is_plain_around(around) and _has_only_values(inside) and _is_small(inside, bounds)


def _is_plain_around(xml: bytes) -> bool:
    return UNSUPPORTED_MARKUP.search(xml) is None and _is_fully_visible(xml)


def _is_fully_visible(xml: bytes) -> bool:
    return xml.count(HIDDEN_ATTRIBUTE) == sum(map(xml.count, VISIBLE_ATTRIBUTES))


def _has_only_values(xml: bytes) -> bool:
    """Return whether each row and cell has its reference, and values are the only other elements."""
    others = xml.count(b"<") - xml.count(b"</") - xml.count(CELL_START) - xml.count(ROW_START) - xml.count(VALUE_START)
    if others and others != sum(map(xml.count, INLINE_TEXT_STARTS)):
        return False
    return ERROR_TYPE not in xml and b"\0" not in xml and b"='" not in xml and _is_fully_visible(xml)


def _is_small(xml: bytes, bounds: Bounds) -> bool:
    """Return whether each cell is within the columns that are read, and its row has no more digits than the last row.

    calamine places a cell in the row of its reference, which may differ from the row element around the cell.
    """
    rows = [int(number) for number in ROW_NUMBER.findall(xml)]
    if len(rows) != xml.count(ROW_START) or any(one >= other for one, other in pairwise(rows)):
        return False
    digits = len(str(rows[-1])) if rows else 1
    letters = re.findall(rb'<c r="([A-Z]{1,3})[0-9]{1,%d}"' % digits, xml)
    if len(letters) != xml.count(CELL_START):
        return False
    columns = {parse_column_letters(each.decode()) for each in set(letters)}
    width = max(columns, default=0)
    return 0 not in columns and width <= bounds.columns and not is_large_area(10**digits, width, bounds)
