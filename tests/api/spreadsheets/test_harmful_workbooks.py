"""Workbooks made to do harm, beyond what harms a reader of XML: a few bytes that stand for all memory there is."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from helpers.files.workbooks import WRITERS, ASheet, build_ods, build_ods_package, build_xls, build_xlsx
from hypothesis import given, settings
from hypothesis import strategies as st

from api.spreadsheets.errors import TooLarge
from api.submissions.limits import get_limits
from api.submissions.readers.registry import ODS, XLSX, read_submission

pytestmark = pytest.mark.slow

SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
ROWS = [("point", "comment"), ("BEG", "x"), ("INI", "y")]


def errors(body: bytes) -> list[str]:
    """The codes of what is wrong with the file."""
    return [problem.code for problem in read_submission(body, "application/octet-stream", None, get_limits()).problems]


def _changed(body: bytes, old: bytes, new: bytes, part: str = SHEET) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as given, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            content = given.read(name)
            assert name != part or old in content
            made.writestr(name, content.replace(old, new) if name == part else content)
    return written.getvalue()


PLAIN = build_xlsx(ASheet(ROWS))
FAR = "99999999999", "1048577"


@pytest.mark.parametrize("row", FAR)
def test_row_beyond_the_last_of_a_sheet_is_refused(row: str) -> None:
    body = _changed(PLAIN, b'<row r="3"', f'<row r="{row}"'.encode())
    assert errors(body) == ["malformed_xlsx"]


@pytest.mark.parametrize("place", [b"A1048576", b"XFD1048576", b"A99999999999", b"ZZZ3", b"??3"])
def test_cell_that_names_a_place_far_away_is_refused(place: bytes) -> None:
    assert errors(_changed(PLAIN, b'<c r="A3"', b'<c r="' + place + b'"')) == ["malformed_xlsx"]


def _with_row(number: str, cell: str) -> bytes:
    end = f'<row r="{number}"><c r="{cell}" t="b"><v>1</v></c></row></sheetData>'
    return _changed(PLAIN, b"</sheetData>", end.encode())


@pytest.mark.parametrize("cell", ["CV1048576", "B1048576"])
def test_value_far_below_all_others_is_refused_or_read_in_little_memory(cell: str) -> None:
    small = replace(get_limits(), max_rows=1_000)
    with pytest.raises(TooLarge, match=r"far below|in its column"):
        read_submission(_with_row("1048576", cell), XLSX, None, small)


@pytest.mark.parametrize(
    ("rows", "columns", "spaces"),
    [
        ("1048576", "40", ""),
        ("1", "16384", ""),
        ("9999999999999", "50", ""),
        ("1", "1", '<text:s text:c="999999"/>' * 2_000),
    ],
)
def test_cells_that_are_repeated_without_end_are_refused(rows: str, columns: str, spaces: str) -> None:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string">'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}<text:p>x{spaces}</text:p></table:table-cell>'
    body = build_ods_package("", f'<table:table table:name="a">{row}</table:table-row></table:table>')
    with pytest.raises(TooLarge):
        read_submission(body, ODS, None, get_limits())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: build_ods_package("<!DOCTYPE a>", ""), "malformed_xlsx"),
        (lambda: build_ods(ASheet(ROWS))[:-80], "malformed_xlsx"),
        (lambda: build_ods_package("<office:a", ""), "malformed_xlsx"),
        (lambda: build_xls(ASheet(ROWS))[:1_500], "old_xls"),
        (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(3_000), "old_xls"),
        (lambda: b"PK\x03\x04", "malformed_xlsx"),
        (build_ods, "no_sheet"),
    ],
)
def test_damaged_workbook_is_refused_by_name(make: Callable[[], bytes], code: str) -> None:
    assert errors(make()) == [code]


@pytest.mark.parametrize("count", [b"99999999999", b"18446744073709551615", b"-1", b"x"])
def test_number_of_shared_texts_that_a_file_gives_takes_no_memory(count: bytes) -> None:
    body = _changed(PLAIN, b' uniqueCount="', b' uniqueCount="' + count + b'" was="', STRINGS)
    assert errors(body) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"<sst ", b'<sst a="\'" '), (b"</sst>", b'<sst uniqueCount="99999999999"/></sst>'), (b"<sst ", b"<sst a=b ")],
)
def test_shared_texts_whose_number_cannot_be_left_out_are_refused_or_read(old: bytes, new: bytes) -> None:
    assert errors(_changed(PLAIN, old, new, STRINGS)) in ([], ["malformed_xlsx"])


@pytest.mark.parametrize("value", [b"-1e300", b"1e308", b"nan", b"inf", b"-1", b"2958466", b"99999999999999999999"])
def test_number_that_is_no_day_does_no_harm(value: bytes) -> None:
    day = build_xlsx(ASheet([("point", "assessed_on"), ("BEG", dt.date(2020, 9, 2))]))
    assert errors(_changed(day, b"<v>44076</v>", b"<v>" + value + b"</v>")) in ([], ["malformed_xlsx"])


@pytest.mark.parametrize("reference", [b"A1:XFD1048576", b"A1:XFD99999999999", b"ZZZZZZZ1:B2", b"B9:A1", b""])
def test_size_that_a_sheet_says_it_has_takes_no_memory(reference: bytes) -> None:
    body = _changed(PLAIN, b'<dimension ref="A1:B3"', b'<dimension ref="' + reference + b'"')
    assert errors(body) in ([], ["malformed_xlsx"])


NUMBERS = st.sampled_from([b"99999999999", b"-1", b"1048576", b"0", b"", b"1e308", b"nan", b"XFD", b'"', b"<", b"&#0;"])
PARTS = {"xlsx": [SHEET, STRINGS, STYLES, "xl/workbook.xml"], "ods": ["content.xml"]}
LOOKS = ASheet(
    [*ROWS[:2], ("INI", None), ("BOJ", 5)], merged=["B2:B3"], hidden_rows=[3], struck=["A2"], hidden_columns=[2]
)


@pytest.mark.parametrize("file_format", PARTS)
@given(st.data())
@settings(deadline=None, max_examples=100)
def test_damaged_numbers_in_a_workbook_are_read_or_refused(file_format: str, data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(PARTS[file_format]))
    body = WRITERS[file_format](LOOKS)
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        content = package.read(part)
    start, end = data.draw(st.sampled_from([found.span() for found in re.finditer(rb"[0-9]+", content)]))
    changed = content[:start] + data.draw(NUMBERS) + content[end:]
    try:
        submission = read_submission(
            _changed(body, content, changed, part), "application/octet-stream", None, get_limits()
        )
    except TooLarge as refusal:
        assert str(refusal)  # noqa: PT017 - either is right
        return
    assert submission.rows or submission.problems


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_damaged_old_workbook_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(build_xls(LOOKS))
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(512, len(body) - 1))] = data.draw(st.sampled_from([0, 1, 127, 255]))
    submission = read_submission(bytes(body), "application/vnd.ms-excel", None, get_limits())
    assert submission.rows or submission.problems
