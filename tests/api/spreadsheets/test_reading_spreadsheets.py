"""Weekly updates as XLSX: files of spreadsheet programs, and harmful files."""

import datetime as dt
import io
import random
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from api.spreadsheets.errors import TooLarge
from api.submissions.columns import COLUMNS
from api.submissions.limits import Limits, get_limits
from api.submissions.problems import Problem
from api.submissions.readers.registry import XLSX, read_submission
from api.submissions.rows import RawSubmission
from api.submissions.validation.status_row import parse_measures

LIMITS = Limits(
    max_bytes=1_000_000, max_unpacked_bytes=5_000_000, max_rows=500, max_columns=60, max_value_characters=200
)
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
POINT = "<si><t>point</t></si>"
Rows = list[list[Any]]


def workbook(**sheets: Rows) -> bytes:
    """Return a workbook as openpyxl writes it, with a sheet for each argument."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def with_parts(body: bytes, parts: Mapping[str, bytes | Callable[[bytes], bytes]], method: int = 8) -> bytes:
    """Return the workbook with other bytes in some of its parts, or with more parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(written, "w", method) as new:
        for name in [*old.namelist(), *(name for name in parts if name not in old.namelist())]:
            part = parts.get(name, old.read(name) if name in old.namelist() else b"")
            new.writestr(name, part if isinstance(part, bytes) else part(old.read(name)))
    return written.getvalue()


def with_cells(cells: str, header: Sequence[str] = ("point", "comment", "source")) -> bytes:
    """Return a workbook with this XML under a header."""
    first = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in header)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData><row r="1">{first}</row>{cells}</sheetData></worksheet>'
    return with_parts(workbook(Update=[["point"]]), {SHEET: sheet.encode()})


def with_shared_texts(texts: str, cells: str = "") -> bytes:
    """Return a workbook with these texts in its cells, as Excel and LibreOffice write it."""
    count = texts.count("<si>")
    rows = "".join(f'<row><c t="s"><v>{index}</v></c></row>' for index in range(count)) + cells
    relation = b'<Relationship Id="texts" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    return with_parts(
        workbook(Update=[["point"]]),
        {
            SHEET: f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(),
            STRINGS: f"<sst>{texts}</sst>".encode(),
            RELATIONS: lambda part: part.replace(b"</Relationships>", relation),
        },
    )


def read_xlsx(body: bytes, **changed: int) -> RawSubmission:
    return read_submission(body, XLSX, None, replace(LIMITS, **changed))


@pytest.fixture
def any_packing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow any ratio of packing, for tests of later checks."""
    monkeypatch.setattr("api.spreadsheets.xlsx.package.MAX_COMPRESSION_RATIO", 10_000)


def only_problem(submission: RawSubmission) -> Problem:
    assert len(submission.problems) == 1, submission.problems
    return submission.problems[0]


WEEK: Rows = [["point", "operational_status"], ["RS-1", "closed"], ["RS-2", "open"]]


def test_rows_and_cells_are_named_as_the_spreadsheet_shows_them() -> None:
    submission = read_xlsx(workbook(Notes=[["hello"]], Update=[["Point of entry", "Statut opérationnel"], *WEEK[1:]]))
    assert submission.problems == ()
    first, second = submission.rows
    assert (first.number, first.values) == (2, {"point": "RS-1", "operational_status": "closed"})
    assert second.cells == {"point": "Update!A3", "operational_status": "Update!B3"}


def test_without_a_sheet_of_that_name_the_first_that_can_be_seen_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(Lists=[["x"]], Measures=[["point", "measure"]], Week=WEEK)))
    book["Lists"].sheet_state = "hidden"
    book["Week"].title = "Week 12's"
    assert read_xlsx(saved(book)).rows[0].cells["point"] == "'Week 12''s'!A2"


def test_cells_read_as_what_they_show() -> None:
    values = [
        (dt.date(2020, 4, 15), "2020-04-15"),
        (dt.datetime(2020, 4, 15), "2020-04-15"),  # noqa: DTZ001 - a spreadsheet has no time zone
        (dt.datetime(2020, 4, 15, 10, 30), "2020-04-15T10:30:00"),  # noqa: DTZ001
        (dt.time(10, 30), "10:30:00"),
        (120, "120"),
        (120.0, "120"),
        (5.1, "5.1"),
        (1e20, "1e+20"),
        (True, "true"),
        (False, "false"),
        ("007", "007"),
        ("NA", "NA"),
        (" a\nb ", "a\nb"),
        ("نقطة", "نقطة"),
        ("_x0041_", "A"),
    ]
    submission = read_xlsx(workbook(Update=[["point", "comment"], *([f"P{n}", v] for n, (v, _) in enumerate(values))]))
    assert submission.problems == ()
    assert [row.values.get("comment") for row in submission.rows] == [text for _, text in values]


@pytest.mark.parametrize("number_format", ["yyyy-mm-dd", "DD/MM/YY", '[$-409]d" of "mmmm', "m/d/yyyy;@"])
def test_day_is_known_by_any_format_that_shows_one(number_format: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(Update=[["point", "assessed_on"], ["A", 43936]])))
    assert read_xlsx(saved(book)).rows[0].values["assessed_on"] == "43936"
    book["Update"]["B2"].number_format = number_format
    assert read_xlsx(saved(book)).rows[0].values["assessed_on"] == "2020-04-15"


def test_days_of_a_workbook_that_counts_from_1904() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(Update=[["point", "assessed_on"]])))
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book["Update"].append(["A", dt.date(2020, 4, 15)])
    assert read_xlsx(saved(book)).rows[0].values["assessed_on"] == "2020-04-15"


def test_formula_is_a_problem_of_its_cell_and_its_value_is_not_taken() -> None:
    submission = read_xlsx(workbook(Update=[WEEK[0], ["RS-1", '=IF(1>0,"closed","open")']]))
    problem = only_problem(submission)
    assert (problem.code, problem.row, problem.column) == ("formula", 2, "operational_status")
    assert (problem.cell, problem.value) == ("Update!B2", '=IF(1>0,"closed","open")')
    assert submission.rows[0].values == {"point": "RS-1"}


def test_formula_filled_down_is_reported_in_each_cell() -> None:
    first = '<row r="2"><c r="B2"><f t="shared" ref="B2:B3" si="0">A2&amp;1</f><v>1</v></c></row>'
    submission = read_xlsx(with_cells(first + '<row r="3"><c r="B3"><f t="shared" si="0"/><v>2</v></c></row>'))
    assert [(p.cell, p.value) for p in submission.problems] == [("Update!B2", "=A2&1"), ("Update!B3", "=A2&1")]


def test_true_as_libreoffice_writes_it_is_no_formula() -> None:
    submission = read_xlsx(with_cells('<row r="2"><c r="B2" t="b"><f aca="false">TRUE()</f><v>1</v></c></row>'))
    assert submission.problems == ()
    assert submission.rows[0].values == {"comment": "true"}


def test_error_value_is_a_problem_of_its_cell() -> None:
    problem = only_problem(read_xlsx(with_cells('<row r="2"><c r="B2" t="e"><v>#N/A</v></c></row>')))
    assert (problem.code, problem.cell, problem.value) == ("error_value", "Update!B2", "#N/A")


def test_titles_over_merged_columns_and_empty_rows_are_skipped() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["Weekly update"], [], WEEK[0], ["Airports"], WEEK[1], [None, None], WEEK[2]):
        sheet.append(row)
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A4:B4")
    submission = read_xlsx(saved(book))
    assert submission.problems == ()
    assert [(row.number, row.values["point"]) for row in submission.rows] == [(5, "RS-1"), (7, "RS-2")]


def test_row_of_hxl_tags_is_skipped() -> None:
    submission = read_xlsx(workbook(Update=[WEEK[0], ["#loc+code", "#status"], WEEK[1]]))
    assert [row.number for row in submission.rows] == [3]


def test_measures_join_the_row_of_their_point() -> None:
    measures: Rows = [["Point d'entrée", "Mesure", "is_exception"], ["rs-2", "other", True], ["RS-2", "medical", None]]
    submission = read_xlsx(workbook(Update=WEEK, Measures=measures))
    assert submission.problems == ()
    assert [[each.values for each in row.measures] for row in submission.rows] == [
        [],
        [{"measure": "other", "is_exception": "true"}, {"measure": "medical"}],
    ]


def test_problem_of_a_measure_names_its_cell_in_the_sheet_of_measures() -> None:
    measures: Rows = [["point", "measure", "direction"], ["RS-2", "other", "sideways"], ["RS-2", "ohter", None]]
    (_, row) = read_xlsx(workbook(Update=WEEK, Measures=measures)).rows
    parse_measures(row, frozenset())
    found = [(problem.code, problem.value, problem.cell) for problem in row.problems]
    assert found == [("unknown_code", "sideways", "Measures!C2"), ("unknown_code", "ohter", "Measures!B3")]


def test_empty_sheet_of_measures_is_none() -> None:
    assert read_xlsx(workbook(Update=WEEK, Measures=[])).problems == ()
    assert read_xlsx(workbook(Update=WEEK, Measures=[["point", "measure"]])).problems == ()


def test_measure_that_cannot_be_joined_is_a_problem() -> None:
    measures: Rows = [["point", "measure"], ["RS-9", "other"], [None, "other"], ["RS-1", "other"]]
    submission = read_xlsx(workbook(Update=[*WEEK, WEEK[1]], Measures=measures))
    assert [(p.code, p.cell, p.row) for p in submission.problems] == [
        ("point_without_row", "Measures!A2", None),
        ("missing", "Measures!B3", None),
        ("ambiguous_point", "Measures!A4", None),
    ]


def test_problem_of_a_measure_belongs_to_the_row_of_its_point() -> None:
    measures: Rows = [["point", "measure", "measures"], ["RS-2", "=A1", None]]
    submission = read_xlsx(workbook(Update=WEEK, Measures=measures))
    assert [(p.code, p.cell, p.row) for p in submission.problems] == [
        ("unknown_column", "Measures!C1", None),
        ("formula", "Measures!B2", 3),
    ]


def test_all_problems_of_a_header_are_reported_at_once() -> None:
    submission = read_xlsx(workbook(Update=[["point", "operational_statsu", "=1", "Point of entry"], list("abcd")]))
    assert [(p.code, p.cell, p.row) for p in submission.problems] == [
        ("formula", "Update!C1", None),
        ("unknown_column", "Update!B1", None),
        ("column_twice", "Update!D1", None),
        ("nameless_column", "Update!C2", None),
    ]
    assert submission.rows[0].values == {"point": "a"}


def test_texts_in_pieces_are_put_together_without_their_phonetic_guides() -> None:
    text = "<r><t>東</t></r><r><rPr><b/></rPr><t>京 </t></r><rPh sb='0' eb='1'><t>トウキョウ</t></rPh>"
    inline = read_xlsx(with_cells(f'<row r="2"><c r="B2" t="inlineStr"><is>{text}</is></c></row>'))
    assert inline.rows[0].values == {"comment": "東京"}
    shared = read_xlsx(with_shared_texts(f"{POINT}<si>{text}</si>"))
    assert shared.rows[0].values == {"point": "東京"}


def test_names_of_elements_may_have_a_prefix() -> None:
    def prefixed(part: bytes) -> bytes:
        return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", part).replace(b"xmlns=", b"xmlns:x=")

    parts = dict.fromkeys([SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml"], prefixed)
    body = with_parts(with_shared_texts(f"{POINT}<si><t>RS-1</t></si>"), parts)
    assert [row.values["point"] for row in read_xlsx(body).rows] == ["RS-1"]


@pytest.mark.parametrize(
    ("body", "code", "hint"),
    [
        (b"", "not_a_spreadsheet", "its first bytes do not match"),
        (b"point,comment\nA,b\n", "not_a_spreadsheet", "its first bytes do not match"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500), "old_xls", "save it as .xlsx"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
            "protected by a password",
        ),
        (workbook(Update=WEEK)[:-100], "malformed_xlsx", "damaged or incomplete"),
        (with_parts(workbook(Update=WEEK), {SHEET: b"<worksheet><sheetData>"}), "malformed_xlsx", SHEET),
        (with_parts(workbook(Update=WEEK), {"_rels/.rels": b"<x/>"}), "not_a_spreadsheet", "not an XLSX"),
        (
            with_parts(workbook(Update=WEEK), {"_rels/.rels": b"<x/>", "content.xml": b""}),
            "not_a_spreadsheet",
            "OpenDocument",
        ),
        (with_parts(workbook(Update=WEEK), {}, zipfile.ZIP_LZMA), "not_a_spreadsheet", "compressed"),
        (with_parts(workbook(Update=WEEK), {"xl/_rels/workbook.xml.rels": b"<x/>"}), "no_sheet", "no sheet"),
        (workbook(Update=[]), "empty_sheet", "Update is empty"),
        (workbook(Update=[["point", "comment"]]), "no_rows", "no row"),
        (workbook(Update=[["RS-1", "closed"]]), "missing_header", "'RS-1, closed'"),
        (workbook(Update=[["name", "comment"], ["a", "b"]]), "missing_column", "`point`"),
        (with_cells('<row r="3"/><row r="2"/>'), "malformed_xlsx", "row '2' follows row 3"),
        (with_cells('<row r="2"><c r="??2"><v>1</v></c></row>'), "malformed_xlsx", "no cell '??2'"),
        (with_cells('<row r="2"><c r="A2" t="s"><v>999</v></c></row>'), "malformed_xlsx", "text '999'"),
    ],
)
def test_workbook_without_an_update_is_one_problem(body: bytes, code: str, hint: str) -> None:
    submission = read_xlsx(body)
    problem = only_problem(submission)
    assert problem.code == code
    assert hint in problem.message.render()
    assert submission.rows == ()


def test_links_out_of_the_workbook_are_not_followed() -> None:
    relations = b"<Relationships><Relationship Id='rId1' Type='x/worksheet' TargetMode='External' Target='%s'/>"
    parts = {"xl/_rels/workbook.xml.rels": relations % b"file:///etc/passwd" + b"</Relationships>"}
    assert only_problem(read_xlsx(with_parts(workbook(Update=WEEK), parts))).code == "no_sheet"


# Made to do harm

BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("xml", [BOMB, OUTSIDE])
def test_entities_are_neither_expanded_nor_fetched(part: str, xml: bytes) -> None:
    problem = only_problem(read_xlsx(with_parts(with_shared_texts(POINT), {part: xml})))
    assert problem.code == "malformed_xlsx"
    assert "DTD" in problem.message.render()


def test_zip_bomb_is_refused_by_its_directory() -> None:
    body = with_parts(workbook(Update=WEEK), {"xl/media/image1.png": bytes(6_000_000)})
    with pytest.raises(TooLarge, match=r"unpacks to 6,\d+,\d+ bytes; at most 5,000,000"):
        read_xlsx(body)


def test_directory_that_lies_about_sizes_does_not_help() -> None:
    body = bytearray(with_parts(workbook(Update=WEEK), {SHEET: b" " * 6_000_000}))
    size = struct.pack("<L", 6_000_000)
    for found in list(re.finditer(re.escape(size), bytes(body))):
        body[found.start() : found.end()] = struct.pack("<L", 1_000)
    assert only_problem(read_xlsx(bytes(body))).code == "malformed_xlsx"


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/styles.xml", "xl/media/image1.png"])
@pytest.mark.parametrize("unit", [b"<row/>", b"<c/>", b" "])
def test_part_that_unpacks_to_a_hundred_times_its_size_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch, part: str, unit: bytes
) -> None:
    body = with_parts(with_shared_texts(POINT), {part: b"<a>" + unit * (4_000_000 // len(unit)) + b"</a>"})
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(TooLarge, match=f"{part} of the spreadsheet unpacks to over 100 times"):
        read_xlsx(body)


@pytest.mark.slow
def test_empty_rows_beyond_what_a_part_of_its_size_can_hold_are_refused() -> None:
    noise = (f"<!--{random.Random(n).randbytes(40).hex()}-->" for n in range(4_000))
    sheet = "<worksheet><sheetData>" + "".join("<row/>" * 250 + each for each in noise) + "</sheetData></worksheet>"
    body = with_parts(workbook(Update=WEEK), {SHEET: sheet.encode()})
    with pytest.raises(TooLarge, match="elements"):
        read_submission(body, XLSX, None, get_limits())


def test_directory_that_says_more_is_packed_than_there_is_is_refused() -> None:
    body = bytearray(with_parts(workbook(Update=WEEK), {SHEET: b" " * 4_000_000}))
    place = body.rfind(SHEET.encode()) - 46
    assert body[place : place + 4] == b"PK\x01\x02"
    body[place + 20 : place + 24] = struct.pack("<L", 4_000_000)
    assert "larger than the file" in only_problem(read_xlsx(bytes(body))).message.render()


def test_two_parts_of_the_same_name_are_refused() -> None:
    body = io.BytesIO(workbook(Update=WEEK))
    with zipfile.ZipFile(body, "a") as changed, pytest.warns(UserWarning, match="Duplicate"):
        changed.writestr(SHEET, b"<worksheet/>")
    assert "the same name" in only_problem(read_xlsx(body.getvalue())).message.render()


@pytest.mark.usefixtures("any_packing")
def test_parts_that_share_their_bytes_do_not_add_up_unseen() -> None:
    """The same part is read as the texts and as the sheet: both count."""
    relations = (
        b"<Relationships><Relationship Id='rId1' Type='x/worksheet' Target='big.xml'/>"
        b"<Relationship Id='rId2' Type='x/sharedStrings' Target='big.xml'/></Relationships>"
    )
    parts = {"xl/_rels/workbook.xml.rels": relations, "xl/big.xml": b"<a>" + b" " * 3_000_000 + b"</a>"}
    with pytest.raises(TooLarge, match="unpacks to more"):
        read_xlsx(with_parts(workbook(Update=WEEK), parts))


def test_text_used_a_hundred_times_counts_a_hundred_times() -> None:
    cells = "".join(f'<row><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(3, 103))
    body = with_shared_texts(f"{POINT}<si><t>{'x' * 190}</t></si>", cells)
    assert len(read_xlsx(body).rows) == 101
    with pytest.raises(TooLarge, match="more than 10,000 characters"):
        read_xlsx(body, max_bytes=10_000)


@pytest.mark.usefixtures("any_packing")
@pytest.mark.parametrize(
    "cells",
    [
        "<a>" * 1_000_000,
        "<a " + "b" * 4_000_000 + "='1'/>",
        "".join(f"<a{n}/>" for n in range(400_000)),
        "".join(f"<a b{n}='1'/>" for n in range(300_000)),
    ],
)
def test_xml_that_no_spreadsheet_program_writes_is_refused_before_it_takes_memory(cells: str) -> None:
    body = with_cells(cells)
    tracemalloc.start()
    try:
        problem = only_problem(read_xlsx(body))
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert problem.code == "malformed_xlsx"
    assert peak_bytes < 20_000_000


@pytest.mark.usefixtures("any_packing")
def test_text_without_end_is_refused_before_it_takes_memory() -> None:
    body = with_cells(f'<row><c t="str"><v>{"x" * 4_000_000}</v></c></row>')
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="more than 100,000 characters"):
            read_xlsx(body, max_bytes=100_000)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 2_000_000


@pytest.mark.usefixtures("any_packing")
@pytest.mark.parametrize(
    ("body", "changed", "said"),
    [
        (with_cells("<row>" + "<c/>" * 200_000 + "</row>"), {}, "elements"),
        (with_cells("<row/>" * 200_000), {}, "elements"),
        (with_cells('<row r="2"><c r="XFD2"><v>1</v></c></row>'), {}, "column 16384; at most 60"),
        (workbook(Update=WEEK), {"max_rows": 1}, "more than 1 rows"),
        (with_shared_texts("<si/>" * 9), {"max_rows": 1, "max_columns": 3}, "more than 3 different texts"),
        (with_parts(workbook(Update=WEEK), {f"x{n}": b"" for n in range(10_001)}), {}, "10,000 parts"),
    ],
)
def test_limit_that_is_passed_is_named(body: bytes, changed: dict[str, int], said: str) -> None:
    with pytest.raises(TooLarge, match=said):
        read_xlsx(body, **changed)


@pytest.mark.slow
def test_large_update_takes_little_memory() -> None:
    def row(number: int) -> str:
        text = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'.format
        return "".join(text(chr(65 + n), number, "text" if n else f"P{number}") for n in range(25))

    rows = (f"<row>{row(n)}</row>" for n in range(2, 10_002))
    body = with_cells("".join(rows), list(COLUMNS)[:25])
    tracemalloc.start()
    try:
        submission = read_submission(body, XLSX, None, get_limits())
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(submission.rows) == 10_000
    assert all(len(row.values) == 25 for row in submission.rows)
    assert peak_bytes < 150_000_000
