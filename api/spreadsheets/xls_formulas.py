"""Search for the computed cells of an .xls workbook: xlrd returns their results without marking them as results."""

import struct
from collections.abc import Iterator

import xlrd

FORMULAS = {0x0006, 0x0206, 0x0406}
BEGINS, ENDS = {0x0009, 0x0209, 0x0409, 0x0809}, 0x000A  # of a sheet, and of a chart within it
HEAD = struct.Struct("<HH")
Place = tuple[int, int]


def formula_cells(book: xlrd.Book) -> dict[int, set[Place]]:
    """Find the row and column (the first is 0) of each computed cell, by the place of its sheet in the workbook."""
    starts: list[int] = book._sh_abs_posn  # noqa: SLF001 - xlrd has no public name for where a sheet begins
    return {place: set(_formulas(book.mem, start)) for place, start in enumerate(starts)}


def _formulas(stream: bytes, start: int) -> Iterator[Place]:
    depth = 0
    while 0 <= start <= len(stream) - HEAD.size:
        kind, length = HEAD.unpack_from(stream, start)
        start += HEAD.size
        if kind in FORMULAS and start + HEAD.size <= len(stream):
            yield HEAD.unpack_from(stream, start)
        depth += (kind in BEGINS) - (kind == ENDS)
        if depth <= 0:
            return
        start += length
