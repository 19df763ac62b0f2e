"""Text of cell values that calamine reads."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from python_calamine import CalamineError, CalamineSheet, load_workbook

from api.spreadsheets.serial_numbers import DAY_SECONDS, format_serial_day, normalize_number
from api.spreadsheets.xlsx.package import build_damage_error

MAIN_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_NAMESPACE = "http://schemas.openxmlformats.org/package/2006"
PACKAGE_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE_NAMESPACE}/content-types"><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE_NAMESPACE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE_NAMESPACE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_NAMESPACE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE_NAMESPACE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
STRINGS_START = re.compile(rb"<(?:[^\s<>/:]+:)?sst[\s/>]")
STRINGS_TAG = re.compile(rb"<(?:[^\s<>/:]+:)?sst(?:\s+[^\s=<>\"']+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*/?>")
COUNT_ATTRIBUTES = re.compile(rb"\s(?:uniqueCount|count)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"


def open_parts(sheet: bytes, strings: bytes | None, styles: bytes | None, *, since_1904: bool) -> CalamineSheet:
    """Open a sheet from the XML of its cells, and of the shared texts and styles if the workbook has them.

    Raises UnreadableTable, CalamineError, and unexpected errors of calamine.
    """
    parts: dict[str, str | bytes] = {
        **PACKAGE_PARTS,
        "xl/workbook.xml": _build_workbook_xml(since_1904=since_1904),
        SHEET: sheet,
    }
    if strings is not None:
        parts[STRINGS] = _remove_counts(strings)
    if styles is not None:
        parts[STYLES] = styles
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as written:
        for name, part in parts.items():
            written.writestr(name, part)
    package.seek(0)
    return load_workbook(package).get_sheet_by_index(0)


def _remove_counts(strings: bytes) -> bytes:
    """Remove the declared number of shared texts: calamine allocates memory for that many at once.

    Raises UnreadableTable if the number is not in the start tag of the only `sst` element.
    """
    found = STRINGS_TAG.search(strings)
    if found is None or len(STRINGS_START.findall(strings)) != 1:
        raise build_damage_error(ValueError("its shared texts do not have exactly one start"))
    tag = COUNT_ATTRIBUTES.sub(b"", found[0])
    if b"Count" in tag:
        raise build_damage_error(ValueError("the number of its shared texts cannot be read"))
    return strings[: found.start()] + tag + strings[found.end() :]


def _build_workbook_xml(*, since_1904: bool) -> str:
    sheets = '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    epoch = f'<workbookPr date1904="{int(since_1904)}"/>'
    return f'<workbook xmlns="{MAIN_NAMESPACE}" xmlns:r="{OFFICE_NAMESPACE}">{epoch}{sheets}</workbook>'


Cell = float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
NumberedValues = tuple[int, dict[int, str]]
PANIC = "PanicException"  # of Rust, which PyO3 derives from BaseException and exports nowhere
MIDNIGHT = dt.time()
MAX_CACHED_TEXTS = 10_000  # days and numbers: a sheet repeats a few of them


def read_values(
    sheet: bytes, strings: bytes | None, styles: bytes | None, *, since_1904: bool
) -> Iterator[NumberedValues]:
    """Yield the number of each row that is not empty, with the texts of its cells by column.

    Check the XML of the three parts first: calamine reads it in a package of its own, in which it cannot find a part
    that was not checked. Raises UnreadableTable.
    """
    with _convert_errors():
        found = open_parts(sheet, strings, styles, since_1904=since_1904)
        exact: list[list[Cell]] = []
        first = found.start[1] + 1 if found.start else 1
        for row, cells in enumerate(found.iter_rows()):
            values = {}
            for column, cell in enumerate(cells, start=first):
                if type(cell) is not str and _is_rounded(cell):
                    exact = exact or list(open_parts(sheet, strings, None, since_1904=since_1904).iter_rows())
                    cell = _format_exact_day(exact[row][column - first], since_1904=since_1904)  # noqa: PLW2901
                if text := cell.strip() if type(cell) is str else _format_cell(cell):
                    values[column] = text
            if values:
                yield row + 1, values


def _is_rounded(cell: Cell) -> bool:
    """Return whether calamine may have rounded the moment to midnight: it rounds to milliseconds."""
    return type(cell) is dt.datetime and cell.time() == MIDNIGHT


def _format_exact_day(serial: Cell, *, since_1904: bool) -> str:
    """Format the day from the cell's number, which calamine returns when it has no styles."""
    return format_serial_day(serial, since_1904=since_1904) if isinstance(serial, float) else str(serial)


@contextmanager
def _convert_errors() -> Iterator[None]:
    """Convert errors of calamine, panics included, to UnreadableTable."""
    try:
        yield
    except CalamineError as error:
        raise build_damage_error(error) from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise build_damage_error(error) from error


def _format_cell(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return _format_cell_number(cell)


@lru_cache(MAX_CACHED_TEXTS)
def _format_cell_number(cell: Cell) -> str:
    if isinstance(cell, dt.timedelta):
        return normalize_number(repr(cell.total_seconds() / DAY_SECONDS))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    try:
        return normalize_number(repr(cell))
    except ValueError:
        return repr(cell)
