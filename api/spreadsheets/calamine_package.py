"""Package that calamine reads: built from checked parts only.

In the sender's package, calamine could open parts that were not checked, and trust counts that the file declares.
"""

import io
import re
import zipfile

from python_calamine import CalamineSheet, load_workbook

from api.spreadsheets.xlsx_package import build_damage_error

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
        raise build_damage_error(ValueError("its shared texts have not one beginning"))
    tag = COUNT_ATTRIBUTES.sub(b"", found[0])
    if b"Count" in tag:
        raise build_damage_error(ValueError("the number of its shared texts cannot be read"))
    return strings[: found.start()] + tag + strings[found.end() :]


def _build_workbook_xml(*, since_1904: bool) -> str:
    sheets = '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    epoch = f'<workbookPr date1904="{int(since_1904)}"/>'
    return f'<workbook xmlns="{MAIN_NAMESPACE}" xmlns:r="{OFFICE_NAMESPACE}">{epoch}{sheets}</workbook>'
