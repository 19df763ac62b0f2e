"""Workbooks as people make them, in the file formats of spreadsheets: what stands in the cells, and how it looks."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

import xlsxwriter
import xlwt
from xlsxwriter.utility import xl_cell_to_rowcol

Row = Sequence[Any]
# In place of the result of a formula: an empty text, none at all.
MARKS = {"": "an empty text", None: "no result"}
DAY_FORMAT, MOMENT_FORMAT = "yyyy-mm-dd", "dd/mm/yyyy hh:mm"
ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
ODS_STYLES = (
    '<style:style style:name="struck" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="unseen" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


@dataclass(frozen=True)
class Formula:
    """A computed cell, with the result that the program stored; None where it stored none."""

    text: str
    result: Any = None


@dataclass(frozen=True)
class ASheet:
    """A sheet: its rows from the first on, ranges of merged cells ("B2:B4"), and what is hidden or struck through."""

    rows: Sequence[Row]
    name: str = "Update"
    merged: Collection[str] = ()
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    struck: Collection[str] = ()
    is_hidden: bool = False
    day_format: str = DAY_FORMAT


def build_xlsx(*sheets: ASheet, since_1904: bool = False) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"date_1904": since_1904}) as book:
        for sheet in sheets:
            _fill_xlsx(book, book.add_worksheet(sheet.name), sheet)
        next(made for made, sheet in zip(book.worksheets(), sheets, strict=True) if not sheet.is_hidden).activate()
    return _store_results(written.getvalue())


def _store_results(body: bytes) -> bytes:
    """The workbook with formulas whose result is an empty text, or that have none, as Excel and openpyxl write them."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as given, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            part = given.read(name).replace(f"<v>{MARKS['']}</v>".encode(), b"<v></v>")
            made.writestr(
                name, re.sub(rb' t="str">(<f>[^<]*</f>)<v>%s</v>' % MARKS[None].encode(), rb">\1<v></v>", part)
            )
    return written.getvalue()


def _fill_xlsx(book: Any, made: Any, sheet: ASheet) -> None:
    struck = {xl_cell_to_rowcol(cell) for cell in sheet.struck}
    for number, row in enumerate(sheet.rows):
        for column, value in enumerate(row):
            looks = {"font_strikeout": True} if (number, column) in struck else {}
            _write_xlsx(book, made, (number, column), value, looks | {"num_format": _choose_format(value, sheet)})
    for cells in sheet.merged:
        first = xl_cell_to_rowcol(cells.partition(":")[0])
        value = sheet.rows[first[0]][first[1]]
        made.merge_range(cells, "")
        _write_xlsx(book, made, first, value, {"num_format": _choose_format(value, sheet)})
    for number in sheet.hidden_rows:
        made.set_row(number - 1, None, None, {"hidden": True})
    for column in sheet.hidden_columns:
        made.set_column(column - 1, column - 1, None, None, {"hidden": True})
    if sheet.is_hidden:
        made.hide()


def _choose_format(value: Any, sheet: ASheet) -> str:
    if isinstance(value, dt.datetime):
        return MOMENT_FORMAT
    return sheet.day_format if isinstance(value, dt.date) else "General"


def _write_xlsx(book: Any, made: Any, place: tuple[int, int], value: Any, looks: dict[str, Any]) -> None:
    if isinstance(value, dt.date):
        made.write_datetime(*place, value, book.add_format(looks))
    elif isinstance(value, Formula):
        made.write_formula(*place, value.text, None, MARKS.get(value.result, value.result))
    elif isinstance(value, str):
        made.write_string(*place, value, book.add_format(looks))
    elif value is not None:
        made.write(*place, value)


def build_xls(*sheets: ASheet) -> bytes:
    """Without formulas, whose results xlwt does not write."""
    book = xlwt.Workbook()
    for sheet in sheets:
        made = book.add_sheet(sheet.name)
        made.visibility = int(sheet.is_hidden)
        struck = {xl_cell_to_rowcol(cell) for cell in sheet.struck}
        merged = {xl_cell_to_rowcol(cells.partition(":")[0]): cells.partition(":")[2] for cells in sheet.merged}
        for number, row in enumerate(sheet.rows):
            for column, value in enumerate(row):
                style = xlwt.easyxf("font: struck_out on" if (number, column) in struck else "")
                style.num_format_str = _choose_format(value, sheet)
                if last := merged.get((number, column)):
                    last_row, last_column = xl_cell_to_rowcol(last)
                    made.write_merge(number, last_row, column, last_column, value, style)
                elif value is not None:
                    made.write(number, column, value, style)
        for number in sheet.hidden_rows:
            made.row(number - 1).hidden = True
        for column in sheet.hidden_columns:
            made.col(column - 1).hidden = True
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def build_ods(*sheets: ASheet) -> bytes:
    tables = "".join(_build_ods_table(sheet) for sheet in sheets)
    return build_ods_package(f"<office:automatic-styles>{ODS_STYLES}</office:automatic-styles>", tables)


def build_ods_package(styles: str, tables: str) -> bytes:
    """An OpenDocument spreadsheet with this XML in it."""
    content = (
        f"<office:document-content {ODS_NAMES}>{styles}<office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
    return written.getvalue()


def _build_ods_table(sheet: ASheet) -> str:
    style = ' table:style-name="unseen"' if sheet.is_hidden else ""
    width = max(map(len, sheet.rows), default=0)
    columns = "".join(
        f"<table:table-column{_format_ods_visibility(column in sheet.hidden_columns)}/>"
        for column in range(1, width + 1)
    )
    rows = "".join(_build_ods_row(sheet, number, row) for number, row in enumerate(sheet.rows))
    # As LibreOffice ends every sheet.
    end = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return f"<table:table table:name={quoteattr(sheet.name)}{style}>{columns}{rows}{end}</table:table>"


def _build_ods_row(sheet: ASheet, number: int, row: Row) -> str:
    merged = {xl_cell_to_rowcol(cells.partition(":")[0]): cells.partition(":")[2] for cells in sheet.merged}
    struck = {xl_cell_to_rowcol(cell) for cell in sheet.struck}
    cells = ""
    for column, value in enumerate(row):
        attributes = ' table:style-name="struck"' if (number, column) in struck else ""
        if last := merged.get((number, column)):
            last_row, last_column = xl_cell_to_rowcol(last)
            attributes += f' table:number-rows-spanned="{last_row - number + 1}"'
            attributes += f' table:number-columns-spanned="{last_column - column + 1}"'
        cells += _build_ods_cell(value, attributes)
    return f"<table:table-row{_format_ods_visibility(number + 1 in sheet.hidden_rows)}>{cells}</table:table-row>"


def _format_ods_visibility(is_hidden: bool) -> str:  # noqa: FBT001 - an attribute or none
    return ' table:visibility="collapse"' if is_hidden else ""


def _build_ods_cell(value: Any, attributes: str = "") -> str:
    if isinstance(value, Formula):
        attributes += f" table:formula={quoteattr(f'of:{value.text}')}"
        if str(value.result).startswith("#"):
            attributes += ' calcext:value-type="error"'
        return _build_ods_cell(value.result, attributes)
    if value is None:
        return f"<table:table-cell{attributes}/>"
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, dt.date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value!r}"'
    else:
        kind = 'office:value-type="string"'
    lines = str(value).replace("&", "&amp;").replace("<", "&lt;").split("\n")
    text = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f"<table:table-cell{attributes} {kind}>{text}</table:table-cell>"


WRITERS: dict[str, Callable[..., bytes]] = {"xlsx": build_xlsx, "ods": build_ods, "xls": build_xls}
"""What makes a workbook of sheets, by file format."""
