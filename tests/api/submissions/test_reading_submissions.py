"""From the bytes of a weekly update to rows: CSV, JSON, GeoJSON, with the same result for all formats."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.spreadsheets.csv_writer import escape_formula, unescape_formula
from api.spreadsheets.errors import TooLarge
from api.submissions.limits import Limits, get_limits
from api.submissions.problems import Problem
from api.submissions.readers.registry import XLSX, read_submission
from api.submissions.rows import RawSubmission, UnsupportedForm

LIMITS = Limits(
    max_bytes=1_000_000, max_unpacked_bytes=5_000_000, max_rows=500, max_columns=60, max_value_characters=200
)
CSV, JSON, GEOJSON = "text/csv", "application/json", "application/geo+json"


def read_csv(text: str, **changed: int) -> RawSubmission:
    return read_submission(text.encode(), CSV, None, replace(LIMITS, **changed))


def read_json(document: Any, media_type: str = JSON, **changed: int) -> RawSubmission:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_submission(body, media_type, None, replace(LIMITS, **changed))


def only_problem(submission: RawSubmission) -> Problem:
    assert len(submission.problems) == 1, submission.problems
    return submission.problems[0]


def feature(geometry: Any, identifier: str | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": identifier, "geometry": geometry, "properties": properties}


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


# CSV


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_csv_is_read_as_any_program_writes_it(mark: bytes, delimiter: str, line_end: str) -> None:
    lines = [["point", "Statut opérationnel", "comment"], ["RS-1", "closed", "no, not; yet"]]
    text = line_end.join(delimiter.join(f'"{value}"' for value in line) for line in lines)
    submission = read_submission(mark + text.encode(), CSV, None, LIMITS)
    assert submission.problems == ()
    row = submission.rows[0]
    assert (row.number, row.cells, row.measures) == (2, {}, ())
    assert row.values == {"point": "RS-1", "operational_status": "closed", "comment": "no, not; yet"}


def test_label_with_a_comma_does_not_make_the_comma_the_separator() -> None:
    submission = read_csv("Point of entry;Until, inclusive\nRS-1;2020-04-15\n")
    assert submission.rows[0].values == {"point": "RS-1", "valid_until": "2020-04-15"}


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    submission = read_csv('point,comment\nA,"two\r\nlines"\n\n,\nB,one\n')
    assert [(row.number, row.values) for row in submission.rows] == [
        (2, {"point": "A", "comment": "two\nlines"}),
        (5, {"point": "B", "comment": "one"}),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'=1+1", "=1+1"),
        ("'-", "-"),
        ("'+381 11 123", "+381 11 123"),
        ("'@here", "@here"),
        ("''=1", "'=1"),
        ("'Eua", "'Eua"),
        ("-12.5", "-12.5"),
        ("'", "'"),
    ],
)
def test_apostrophe_before_a_formula_in_csv_is_taken_off(written: str, value: str) -> None:
    (row,) = read_csv(f"point,comment\nA,{written}\n").rows
    assert row.values["comment"] == value


@given(st.text("'=+-@\t\r\n\uff1d a"))
def test_escaped_text_is_no_formula_and_comes_back(text: str) -> None:
    written = escape_formula(text)
    assert unescape_formula(written) == text
    assert written[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"}


def test_row_of_hxl_tags_is_skipped() -> None:
    submission = read_csv("point,comment\n#loc+code,#meta+comment\nA,#1\n")
    assert [(row.number, row.values["point"]) for row in submission.rows] == [(3, "A")]


def test_namibia_is_not_a_missing_value() -> None:
    assert read_csv("point,country\nNA,NA\n").rows[0].values == {"point": "NA", "country": "NA"}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;"])
def test_line_that_names_the_separator_is_honoured_and_is_no_row(mark: bytes, line: str) -> None:
    (row,) = read_submission(mark + f"{line}\r\npoint;comment\r\nA;x, y\r\n".encode(), CSV, None, LIMITS).rows
    assert (row.number, row.values) == (2, {"point": "A", "comment": "x, y"})


@pytest.mark.parametrize(("line", "separator"), [("sep=,", ","), ("sep=\t", "\t"), ("sep=\\t", "\t"), ("sep=|", "|")])
def test_separator_that_a_line_names_stands_between_values(line: str, separator: str) -> None:
    (row,) = read_csv(f"{line}\npoint{separator}comment\nA{separator}x; y\n").rows
    assert row.values == {"point": "A", "comment": "x; y"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("media_type", [CSV, "text/plain", "text/csv; charset=utf-16", "application/vnd.ms-excel"])
def test_unicode_text_of_excel_is_read(encoding: str, media_type: str) -> None:
    body = "\ufeffpoint\tcomment\r\nA\tfermé\r\n".encode(encoding)
    assert read_submission(body, media_type, None, LIMITS).rows[0].values == {"point": "A", "comment": "fermé"}


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("A,fermé à côté", "windows-1252", "Windows-1252, where this is 'é'"),
        ("A,cerrado por reparación", "windows-1252", "Windows-1252, where this is 'ó'"),
        ("A,Для всіх закрито", "windows-1251", "Windows-1251, where this is 'Д'"),
        ("A,Привремено затворено", "windows-1251", "Windows-1251, where this is 'П'"),
        ("A,مغلق", "windows-1256", "Windows-1256, where this is 'م'"),
        ("A,مفتوح للمواطنين فقط", "windows-1256", "Windows-1256, where this is 'م'"),
    ],
)
def test_bytes_of_another_encoding_are_named_by_the_script_that_they_are(text: str, encoding: str, named: str) -> None:
    problem = only_problem(read_submission(f"point,comment\n{text}\n".encode(encoding), CSV, None, LIMITS))
    assert problem.code == "not_utf8"
    assert named in problem.message.render()


@pytest.mark.parametrize("media_type", ["application/octet-stream", "application/vnd.ms-excel", "", "text/plain"])
@pytest.mark.parametrize("name", [None, "week", "week.txt", "week.xls"])
def test_text_is_known_by_its_content(media_type: str, name: str | None) -> None:
    assert read_submission(b"point;comment\nA;b\n", media_type, name, LIMITS).rows[0].values == {
        "point": "A",
        "comment": "b",
    }
    assert read_submission(b' {"rows": [{"point": "A"}]}', media_type, name and name[:4], LIMITS).rows[0].values == {
        "point": "A"
    }


@pytest.mark.parametrize("body", [b"<html><table><tr><td>point</td></tr></table>", b"\0\1\2", b"%PDF-1.7 \xff\0"])
@pytest.mark.parametrize("media_type", ["application/octet-stream", "application/vnd.ms-excel"])
def test_web_page_or_other_bytes_under_the_name_of_a_workbook_are_refused(body: bytes, media_type: str) -> None:
    with pytest.raises(
        UnsupportedForm, match="a web page.* supported: CSV" if body.startswith(b"<") else "supported: CSV"
    ):
        read_submission(body, media_type, "week.xls" if body.startswith(b"<") else None, LIMITS)


def test_bytes_that_are_not_utf8_are_named_with_their_place() -> None:
    body = 'point,comment\nA,"x\ny"\nB,fermé\n'.encode("windows-1252")
    problem = only_problem(read_submission(body, CSV, None, LIMITS))
    assert (problem.code, problem.row) == ("not_utf8", 3)
    assert f"position {body.index(0xE9)}" in problem.message.render()
    assert "Windows-1252, where this is 'é'" in problem.message.render()
    assert "CSV UTF-8" in problem.message.render()


@pytest.mark.parametrize(
    ("body", "code", "hint"),
    [
        ("point\nA\n".encode("utf-16")[:-1], "not_utf8", "UTF-16"),
        ("point\nA\n".encode("utf-16-le"), "nul_byte", "UTF-16"),
        (b"PK\x03\x04\x14\0\0\0", "nul_byte", "XLSX"),
        (b"", "empty", "is empty"),
        (b"\xef\xbb\xbf\n \n", "empty", "is empty"),
        (b"point,comment\n", "no_rows", "no row"),
        (b'point,comment\n"A"b,c\n', "malformed_csv", "row 2"),
        (b'point,comment\n"A,c\n', "malformed_csv", "row 2"),
        (b"A,closed\nB,open\n", "missing_header", "its first row must name the columns"),
        (b"name,comment\nA,b\n", "missing_column", "`point`"),
    ],
)
def test_file_without_a_table_is_one_problem(body: bytes, code: str, hint: str) -> None:
    problem = only_problem(read_submission(body, CSV, None, LIMITS))
    assert problem.code == code
    assert hint in problem.message.render()


def test_rows_before_a_stray_quotation_mark_are_read_and_the_file_has_an_error() -> None:
    submission = read_csv('point,comment\nA,b\n"C"d,e\nF,g\n')
    assert [row.values["point"] for row in submission.rows] == ["A"]
    assert only_problem(submission).row is None


def test_row_with_too_many_values_is_an_error_and_one_with_fewer_a_warning() -> None:
    submission = read_csv("point,comment,source\nA,no, not yet,me\nB,\nC,x,y,,\n")
    assert [(p.row, p.code, p.severity) for p in submission.problems] == [
        (2, "ragged_row", "error"),
        (3, "short_row", "warning"),
    ]
    assert [row.number for row in submission.rows] == [2, 3, 4]


def test_all_problems_of_a_header_are_reported_at_once() -> None:
    submission = read_csv("point,Point of entry,operational_statsu,colour,\nA,B,open,red,x\n")
    assert [(p.code, p.column, p.row) for p in submission.problems] == [
        ("column_twice", "Point of entry", None),
        ("unknown_column", "operational_statsu", None),
        ("unknown_column", "colour", None),
        ("nameless_column", None, None),
    ]
    assert submission.problems[1].candidates[0] == "operational_status"
    assert "did you mean operational_status" in submission.problems[1].message.render()
    assert submission.rows[0].values == {"point": "A"}


def test_unstorable_value_is_dropped_with_a_problem() -> None:
    submission = read_csv(f"point,comment\nA,{'x' * 201}\n")
    problem = only_problem(submission)
    assert (problem.code, problem.row, problem.column) == ("value_too_long", 2, "comment")
    assert submission.rows[0].values == {"point": "A"}


def test_only_a_thousand_problems_are_listed_and_the_others_counted() -> None:
    text = "point,comment\n" + "A,b,c\n" * 1_200
    problems = read_csv(text, max_rows=5_000).problems
    assert len(problems) == 1_001
    assert problems[-1].message.render() == "200 more problems are not listed here"
    assert (problems[-1].row, problems[-1].severity) == (None, "error")


# JSON


def test_json_values_become_text() -> None:
    row = {
        "Point of entry": "RS-1",
        "estimated_daily_inflow": 120.0,
        "longitude": 20.30,
        "latitude": -5e-1,
        "measures": ["medical_requirements", "other"],
        "health_staff": True,
        "comment": None,
        "source": " us ",
    }
    for document in ([row], {"rows": [row]}):
        submission = read_json(document)
        assert submission.problems == ()
        assert submission.rows[0].number == 1
        assert submission.rows[0].values == {
            "point": "RS-1",
            "estimated_daily_inflow": "120",
            "longitude": "20.3",
            "latitude": "-0.5",
            "measures": "medical_requirements,other",
            "health_staff": "true",
            "source": "us",
        }


def test_measures_come_as_codes_or_as_objects_or_in_both_ways() -> None:
    listed = {"measure": "other", "affected_populations": ["migrants", "nationals"], "is_exception": False}
    as_text = {"measure": "other", "affected_populations": "migrants,nationals", "is_exception": "false"}
    objects, both = read_json(
        [
            {"point": "A", "measures": [listed, {"measure": "mandatory_quarantine"}]},
            {"point": "B", "measures": ["other"], "measure_rows": [listed]},
        ]
    ).rows
    assert [each.values for each in objects.measures] == [as_text, {"measure": "mandatory_quarantine"}]
    assert objects.values == {"point": "A"}
    assert [each.values for each in both.measures] == [as_text]
    assert both.values == {"point": "B", "measures": "other"}


def test_row_has_the_number_that_it_gives() -> None:
    assert [row.number for row in read_json([{"number": 12, "point": "A"}, {"point": "B"}]).rows] == [12, 2]


@pytest.mark.parametrize("number", [0, -1, 1.5, "3", True, 2**31, [1]])
def test_invalid_row_number_is_refused(number: Any) -> None:
    assert only_problem(read_json([{"number": number, "point": "A"}])).code == "bad_row_number"


def test_two_rows_with_one_number_are_an_error_of_the_file() -> None:
    problem = only_problem(read_json([{"number": 2, "point": "A"}, {"point": "B"}]))
    assert (problem.code, problem.row) == ("row_number_twice", None)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ('{"point": "A", "point": "B"}', "member_twice", "point"),
        ('{"point": "A", "Punto de entrada": "B"}', "column_twice", "Punto de entrada"),
        ('{"point": "A", "estimated_daily_inflow": NaN}', "not_a_number", "estimated_daily_inflow"),
        ('{"point": "A", "estimated_daily_inflow": -Infinity}', "not_a_number", "estimated_daily_inflow"),
        ('{"point": "A", "estimated_daily_inflow": 1e999}', "not_a_number", "estimated_daily_inflow"),
        ('{"point": "A", "source": {"name": "x"}}', "nested", "source"),
        ('{"point": "A", "source": ["x", "y"]}', "not_one_value", "source"),
        ('{"point": "A", "measures": [["x"]]}', "nested", "measures"),
        ('{"point": "A", "measures": ["other", {"measure": "other"}]}', "not_an_object", "measures"),
        ('{"point": "A", "measures": [{"measure": "other", "measure": "other"}]}', "member_twice", "measure"),
        ('{"point": "A", "measure_rows": {"measure": "other"}}', "not_a_list", "measure_rows"),
        ('{"point": "A", "comment": "\\u0000"}', "not_text", "comment"),
        ('{"point": "A", "comment": "\\ud800"}', "not_text", "comment"),
        ('"A"', "not_an_object", None),
    ],
)
def test_unknown_value_is_a_problem_of_its_row(row: str, code: str, column: str | None) -> None:
    submission = read_json(f"[{row}]".encode())
    problem = only_problem(submission)
    assert (problem.code, problem.column, problem.row) == (code, column, 1)
    assert [row.number for row in submission.rows] == [1]


def test_unknown_member_is_reported_once_with_candidates() -> None:
    submission = read_json([{"point": "A", "sorce": "x"}, {"point": "B", "sorce": "y"}])
    problem = only_problem(submission)
    assert (problem.code, problem.column, problem.row) == ("unknown_column", "sorce", None)
    assert problem.candidates[0] == "source"


@pytest.mark.parametrize(
    ("body", "code", "hint"),
    [
        (b"", "not_json", "line 1, column 1"),
        (b'[{"point": "A",\n  }]', "not_json", "line 2, column 3"),
        (b'["\xe9"]', "not_utf8", "position 2 of the file, line 1"),
        (b"[" * 50_000, "too_deep", "nested"),
        (b"[]", "no_rows", "no row"),
        (b"{}", "no_rows", "an object with the list `rows`"),
        (b"5", "no_rows", "a list of rows"),
        (b'{"rows": [{"point": "A"}], "country": "SRB"}', "unknown_member", "'country'"),
        (b'{"rows": [{"point": "A"}], "rows": [{"point": "A"}]}', "member_twice", "'rows' twice"),
    ],
)
def test_invalid_submission_is_one_problem(body: bytes, code: str, hint: str) -> None:
    problem = only_problem(read_json(body, max_columns=1_000))
    assert problem.code == code
    assert hint in problem.message.render()


# GeoJSON


def test_feature_is_a_row() -> None:
    body = collection(
        feature({"type": "Point", "coordinates": [20.30, 44, 117.0]}, name="Nikola Tesla", point="RS-BEG"),
        feature(None, "RS-INI", operational_status="closed", comment=None),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        name="week",
    )
    for media_type in (GEOJSON, JSON):
        submission = read_json(body, media_type)
        assert submission.problems == ()
        assert [row.values for row in submission.rows] == [
            {"point": "RS-BEG", "name": "Nikola Tesla", "longitude": "20.3", "latitude": "44"},
            {"point": "RS-INI", "operational_status": "closed"},
        ]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (feature({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "A"), "not_a_point"),
        (feature({"type": "Point", "coordinates": ["1", "2"]}, "A"), "not_a_point"),
        (feature({"type": "Point", "coordinates": [1]}, "A"), "not_a_point"),
        (feature({"type": "Point", "coordinates": [1, 2]}, "A", longitude=1.5), "two_places"),
        ({"type": "Feature", "properties": [1], "geometry": None}, "not_an_object"),
        ({"type": "Point", "coordinates": [1, 2]}, "not_a_feature"),
        ("A", "not_a_feature"),
    ],
)
def test_invalid_point_is_a_problem_of_its_row(broken: Any, code: str) -> None:
    problem = only_problem(read_json(collection(feature(None, "B"), broken), GEOJSON))
    assert (problem.code, problem.row) == (code, 2)


def test_coordinates_in_another_system_are_refused() -> None:
    web_mercator = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    body = collection(feature({"type": "Point", "coordinates": [2259789, 5588516]}, "A"), crs=web_mercator)
    assert only_problem(read_json(body, GEOJSON)).code == "unknown_crs"


# The form


@pytest.mark.parametrize(
    ("media_type", "file_name"),
    [
        ("text/csv", None),
        ("Text/CSV; charset=UTF-8; header=present", "week.xlsx"),
        ('text/csv; charset="utf-8"', None),
        ("application/octet-stream", "Week 12.CSV"),
        ("application/vnd.ms-excel", "week.csv"),
        ("", "week.csv"),
    ],
)
def test_media_type_decides_before_the_file_name(media_type: str, file_name: str | None) -> None:
    assert read_submission(b"point,comment\nA,b\n", media_type, file_name, LIMITS).rows[0].values == {
        "point": "A",
        "comment": "b",
    }


@pytest.mark.parametrize(
    ("media_type", "file_name", "said"),
    [
        ("application/pdf", "week.csv", "application/pdf"),
        ("application/octet-stream", "week.docx", "week.docx"),
        ("application/vnd.oasis.opendocument.text", None, "opendocument"),
        ("text/csv; charset=windows-1252", None, "windows-1252"),
    ],
)
def test_unsupported_format_is_refused_with_the_supported_ones(
    media_type: str, file_name: str | None, said: str
) -> None:
    with pytest.raises(UnsupportedForm, match=said):
        read_submission(b"point\nA\n", media_type, file_name, LIMITS)


@pytest.mark.parametrize(
    ("body", "media_type", "changed", "said"),
    [
        (b"point\nA\n", CSV, {"max_bytes": 7}, "8 bytes; at most 7"),
        (b"point\n" + b"A\n" * 4, CSV, {"max_rows": 3}, "more than 3 rows"),
        (b"point\n" + b"\n" * 1_048_576, CSV, {"max_bytes": 2_000_000}, "more than 1,048,576 lines"),
        (b"point,name,source\nA,b,c\n", CSV, {"max_columns": 2}, "3 columns; at most 2"),
        (b'[{"point": "A"},{"point": "B"}]', JSON, {"max_rows": 1}, "2 rows; at most 1"),
        (b'[{"point": "A", "a": 1, "b": 2}]', JSON, {"max_columns": 1}, "more than 1 members"),
        (b"[" + b"0," * 3_000 + b"0]", JSON, {"max_columns": 2}, "more than 1,000 values"),
        (b"a," * 600_000 + b"\n", CSV, {"max_bytes": 2_000_000}, "more than 1,000,000 characters"),
        (b"point,name\n" + b'"a\n",' * 300_000, CSV, {"max_bytes": 2_000_000}, "more than 1,000,000 characters"),
        (
            b"[{" + b",".join(b'"k%d":0' % n for n in range(10_001)) + b"}]",
            JSON,
            {"max_columns": 1_000},
            "more than 10,000 members",
        ),
        (b'[{"point":"A","measures":[{},{},{}]}]', JSON, {"max_rows": 2}, "more than 2 measures"),
    ],
)
def test_limit_that_is_passed_is_named(body: bytes, media_type: str, changed: dict[str, int], said: str) -> None:
    with pytest.raises(TooLarge, match=said):
        read_submission(body, media_type, None, replace(LIMITS, **changed))


def test_limits_are_settings() -> None:
    assert get_limits() == Limits(20_000_000, 200_000_000, 20_000, 100, 10_000)


# All forms

NAMES = ("point", "comment", "estimated_daily_inflow", "measures")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            # No HXL tag, and a code that a person would write.
            "point": st.from_regex(r"[A-Z]{2}-[A-Z0-9]{2,5}", fullmatch=True),
            "comment": WORDS,
            "estimated_daily_inflow": st.integers(0, 10**9),
            "measures": st.lists(st.sampled_from(["other", "medical_requirements"]), unique=True),
        }
    ),
    min_size=1,
    max_size=20,
)


def as_cells(row: dict[str, Any]) -> list[Any]:
    return [",".join(row[name]) if isinstance(row[name], list) else row[name] for name in NAMES]


def as_csv(rows: list[dict[str, Any]], delimiter: str) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(NAMES)
    writer.writerows(
        [escape_formula(value) if isinstance(value, str) else value for value in as_cells(row)] for row in rows
    )
    return written.getvalue().encode()


def as_xlsx(rows: list[dict[str, Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(NAMES)
    for number, row in enumerate(rows, start=2):
        for position, value in enumerate(as_cells(row), start=1):
            cell = sheet.cell(number, position)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # also what begins with "="
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.slow
@given(ROWS)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_table_reads_the_same_in_every_form(rows: list[dict[str, Any]]) -> None:
    generous = replace(LIMITS, max_value_characters=10_000)
    forms = [
        (as_csv(rows, ","), CSV),
        (as_csv(rows, ";"), CSV),
        (b"\xef\xbb\xbf" + as_csv(rows, "\t"), CSV),
        (as_xlsx(rows), XLSX),
        (json.dumps({"rows": rows}).encode(), JSON),
        (json.dumps(collection(*(feature(None, **row) for row in rows))).encode(), GEOJSON),
    ]
    found = [read_submission(body, media_type, None, generous) for body, media_type in forms]
    assert [submission.problems for submission in found] == [()] * len(forms)
    values = [[row.values for row in submission.rows] for submission in found]
    assert values == [values[0]] * len(forms)
    assert len(values[0]) == len(rows)


def assert_answered(body: bytes, media_type: str) -> None:
    """Check that the bytes are read or refused, and that the messages about them can be sent."""
    try:
        submission = read_submission(body, media_type, None, LIMITS)
    except TooLarge as refusal:
        assert str(refusal)  # noqa: PT017 - either is right
        return
    assert submission.rows or submission.problems
    numbers = [row.number for row in submission.rows]
    assert len(set(numbers)) == len(numbers)
    for row in submission.rows:
        assert all("\0" not in value and value.encode() for value in row.values.values())
    for problem in submission.problems:
        told = [problem.message.render(), problem.column, problem.value, problem.cell, *problem.candidates]
        assert "\0" not in "".join(text or "" for text in told)
        assert "".join(text or "" for text in told).encode() is not None


FORMS = st.sampled_from([CSV, JSON, GEOJSON, XLSX])
HEADED = st.binary(max_size=300).map(lambda body: b"point,comment,measures\n" + body)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["point", "measures", "number", "measure_rows", "type"]), inner)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.binary(max_size=400) | HEADED | st.binary().map(lambda body: b"PK\x03\x04" + body), FORMS)
@settings(deadline=None)
def test_arbitrary_bytes_are_read_or_refused(body: bytes, media_type: str) -> None:
    assert_answered(body, media_type)


@pytest.mark.slow
@given(ANY_JSON | st.fixed_dictionaries({"rows": st.lists(ANY_JSON)}) | ANY_JSON.map(collection))
@settings(deadline=None)
def test_arbitrary_json_is_read_or_refused(document: Any) -> None:
    assert_answered(json.dumps(document).encode(), JSON)


WORKBOOK = as_xlsx([{"point": "RS-BEG", "comment": "é", "estimated_daily_inflow": 5, "measures": ["other"]}])


@pytest.mark.slow
@given(st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_spreadsheet_is_read_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(WORKBOOK)))
    end = data.draw(st.integers(start, min(len(WORKBOOK), start + 20)))
    assert_answered(WORKBOOK[:start] + data.draw(st.binary(max_size=20)) + WORKBOOK[end:], XLSX)
