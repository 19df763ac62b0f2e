"""Search for the computed cells of an .xls workbook: xlrd returns their results without marking them as results."""

import struct
from collections.abc import Iterator

import xlrd

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
