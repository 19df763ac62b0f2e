"""Sheets as programs write most of them, of which nothing but the values has to be read.

To count a few bytes takes a tenth of the time that parsing the XML takes.
"""

import re
from itertools import pairwise

from api.spreadsheets.sheet_cells import Bounds, column_number
from api.spreadsheets.xlsx_scan import is_large_area

BEGIN, END = b"<sheetData>", b"</sheetData>"
CELL, ROW = b'<c r="', b'<row r="'
# All other elements that a row without formulas has, and what marks a cell with an error or a row that is hidden.
VALUES, INLINE_TEXTS = b"<v>", (b"<is>", b"<t>", b"<t ")
ERROR = b't="e"'
HIDDEN, NOT_HIDDEN = b' hidden="', (b' hidden="0"', b' hidden="false"')
# What would be read around the rows: cells merged into one, rows where none are expected, elements with a prefix.
AROUND = re.compile(rb"<mergeCell|<!|<c[\s/>]|<row|sheetData|\0|<\w+:(?:c|row|sheetData|col|mergeCell)\b")
ROW_NUMBER = re.compile(rb'<row r="([0-9]{1,7})"')


def is_plain(xml: bytes, bounds: Bounds) -> bool:
    """Whether the sheet has values alone, in rows and columns that are few enough for calamine.

    A sheet that is not plain is not a bad one: it has to be read element by element.
    """
    begin, end = xml.find(BEGIN), xml.rfind(END)
    if not 0 <= begin < end:
        return False
    around, inside = xml[:begin] + xml[end + len(END) :], xml[begin + len(BEGIN) : end]
    return _is_plain_around(around) and _has_values_alone(inside) and _is_small(inside, bounds)


def _is_plain_around(xml: bytes) -> bool:
    return AROUND.search(xml) is None and _hides_nothing(xml)


def _hides_nothing(xml: bytes) -> bool:
    return xml.count(HIDDEN) == sum(map(xml.count, NOT_HIDDEN))


def _has_values_alone(xml: bytes) -> bool:
    """Whether each row and cell names its place, and there is no other element than its value."""
    others = xml.count(b"<") - xml.count(b"</") - xml.count(CELL) - xml.count(ROW) - xml.count(VALUES)
    if others and others != sum(map(xml.count, INLINE_TEXTS)):
        return False
    return ERROR not in xml and b"\0" not in xml and b"='" not in xml and _hides_nothing(xml)


def _is_small(xml: bytes, bounds: Bounds) -> bool:
    """Whether no cell lies beyond the columns that are read, nor in a row whose number has more digits than the last.

    A cell may name another row than the one in which it stands, and is put there.
    """
    rows = [int(number) for number in ROW_NUMBER.findall(xml)]
    if len(rows) != xml.count(ROW) or any(one >= other for one, other in pairwise(rows)):
        return False
    digits = len(str(rows[-1])) if rows else 1
    letters = re.findall(rb'<c r="([A-Z]{1,3})[0-9]{1,%d}"' % digits, xml)
    if len(letters) != xml.count(CELL):
        return False
    columns = {column_number(each.decode()) for each in set(letters)}
    width = max(columns, default=0)
    return 0 not in columns and width <= bounds.columns and not is_large_area(10**digits, width, bounds)
