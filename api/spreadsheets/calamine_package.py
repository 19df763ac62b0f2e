"""Package that calamine reads: built from checked parts only.

In the sender's package, calamine could open parts that were not checked, and trust counts that the file declares.
"""

import io
import re
import zipfile

from python_calamine import CalamineSheet, load_workbook

from api.spreadsheets.xlsx_package import damaged

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
AROUND = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
BEGINS_TEXTS = re.compile(rb"<(?:[^\s<>/:]+:)?sst[\s/>]")
TEXTS_TAG = re.compile(rb"<(?:[^\s<>/:]+:)?sst(?:\s+[^\s=<>\"']+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*/?>")
COUNTS = re.compile(rb"\s(?:uniqueCount|count)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"


def open_parts(sheet: bytes, strings: bytes | None, styles: bytes | None, *, since_1904: bool) -> CalamineSheet:
    """Open a sheet from the XML of its cells, and of the shared texts and styles if the workbook has them.

    Raises UnreadableTable, CalamineError, and unexpected errors of calamine.
    """
    parts: dict[str, str | bytes] = {**AROUND, "xl/workbook.xml": _workbook(since_1904=since_1904), SHEET: sheet}
    if strings is not None:
        parts[STRINGS] = _uncounted(strings)
    if styles is not None:
        parts[STYLES] = styles
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as written:
        for name, part in parts.items():
            written.writestr(name, part)
    package.seek(0)
    return load_workbook(package).get_sheet_by_index(0)


def _uncounted(strings: bytes) -> bytes:
    """Remove the declared number of shared texts: calamine allocates memory for that many at once.

    Raises UnreadableTable if the number is not in the start tag of the only `sst` element.
    """
    found = TEXTS_TAG.search(strings)
    if found is None or len(BEGINS_TEXTS.findall(strings)) != 1:
        raise damaged(ValueError("its shared texts have not one beginning"))
    tag = COUNTS.sub(b"", found[0])
    if b"Count" in tag:
        raise damaged(ValueError("the number of its shared texts cannot be read"))
    return strings[: found.start()] + tag + strings[found.end() :]


def _workbook(*, since_1904: bool) -> str:
    sheets = '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    epoch = f'<workbookPr date1904="{int(since_1904)}"/>'
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{epoch}{sheets}</workbook>'
