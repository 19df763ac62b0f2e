"""Workbooks as people make them: each is read right, or refused or noticed by name, and none is misread silently."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import xlwt
from helpers.files.workbooks import WRITERS, ASheet, Formula, build_xls, build_xlsx

from api.imports.tabular_file import read_rows
from api.submissions.limits import get_limits
from api.submissions.problems import Problem
from api.submissions.raw_row import RawRow
from api.submissions.readers.registry import ODS, XLSX, read_submission
from api.submissions.rows import RawSubmission
from api.submissions.validation.status_row import parse_measures

XLS = "application/vnd.ms-excel"
NO_RESULT = b"\x03" + bytes(5) + b"\xff\xff" + bytes(2)
TYPES = {"xlsx": XLSX, "ods": ODS, "xls": XLS}
HEADER = ("point", "assessed_on", "operational_status", "measures", "comment")
DAY = dt.date(2020, 9, 2)
WEEK = (("BEG", DAY, "closed", "mandatory_quarantine", "first"), ("INI", DAY, "open", None, "second"))
every_format = pytest.mark.parametrize("file_format", WRITERS)
Codes = list[tuple[str, int | None, str | None]]


class Meant(NamedTuple):
    """Content of a row, as recorded."""

    point: str
    day: dt.date | None
    status: str | None
    measures: tuple[str, ...] = ()


CLOSED = Meant("BEG", DAY, "closed", ("mandatory_quarantine",))
OPEN = Meant("INI", DAY, "open")


class Outcome(NamedTuple):
    """Content of a file, with all its messages."""

    rows: list[Meant]
    problems: list[Problem]

    @property
    def errors(self) -> list[str]:
        return [problem.code for problem in self.problems if problem.severity == "error"]

    @property
    def notices(self) -> Codes:
        """The code, row and cell of each warning."""
        return [(p.code, p.row, p.cell) for p in self.problems if p.severity == "warning"]


def outcome(submission: RawSubmission) -> Outcome:
    problems = list(submission.problems)
    rows = [_meant(row, problems) for row in submission.rows]
    return Outcome(rows, problems)


def _meant(row: RawRow, problems: list[Problem]) -> Meant:
    day, status = row.read_day("assessed_on"), row.read_code("operational_status", "operational_status")
    measures = tuple(measure.measure for measure in parse_measures(row, frozenset({"SRB"})))
    row.read_count("estimated_daily_inflow")
    problems += row.problems
    return Meant(row.values.get("point", ""), day, status, measures)


def posted(body: bytes, media_type: str = "application/octet-stream", name: str | None = None) -> Outcome:
    return outcome(read_submission(body, media_type, name, get_limits()))


def of_sheets(file_format: str, *sheets: ASheet) -> Outcome:
    return posted(WRITERS[file_format](*sheets), TYPES[file_format])


def of_rows(file_format: str, *rows: Sequence[Any], header: Sequence[Any] = HEADER, **looks: Any) -> Outcome:
    return of_sheets(file_format, ASheet([header, *rows], **looks))


# What is read right


@every_format
def test_week_is_read_the_same_from_every_format(file_format: str) -> None:
    assert of_rows(file_format, *WEEK) == Outcome([CLOSED, OPEN], [])


@every_format
@pytest.mark.parametrize("pattern", ["dd/mm/yyyy", "[$-409]d-mmm-yy;@", "mmm-yy", "yyyy", 'd" of "mmmm'])
def test_day_is_read_whatever_its_format_shows(file_format: str, pattern: str) -> None:
    assert of_rows(file_format, *WEEK, day_format=pattern) == Outcome([CLOSED, OPEN], [])


@every_format
def test_title_over_merged_columns_and_empty_rows_are_passed_over(file_format: str) -> None:
    rows = [("Weekly update",), (), HEADER, ("Serbia",), WEEK[0], (None,) * 5, WEEK[1]]
    found = of_sheets(file_format, ASheet(rows, merged=["A1:E1", "A4:E4"]))
    assert found == Outcome([CLOSED, OPEN], [])


@every_format
def test_hidden_sheet_is_not_read(file_format: str) -> None:
    lookup = ASheet([HEADER, ("LYR", DAY, "closed")], "Lookup", is_hidden=True)
    assert of_sheets(file_format, lookup, ASheet([HEADER, *WEEK], "Data")) == Outcome([CLOSED, OPEN], [])


@pytest.mark.parametrize("value", ["closed", " CLOSED ", "Closed", "Fermé", "FERME", "cerrado", "مغلق", "closed\u200b"])
def test_status_is_known_by_its_labels(value: str) -> None:
    assert of_rows("xlsx", ("BEG", DAY, value)) == Outcome([Meant("BEG", DAY, "closed")], [])


@pytest.mark.parametrize(
    "value",
    [
        "mandatory_quarantine, medical_requirements",
        "mandatory_quarantine;medical_requirements",
        "mandatory_quarantine\nmedical_requirements",
        "mandatory_quarantine، medical_requirements",
        "mandatory_quarantine؛medical_requirements",
        "- mandatory_quarantine\n- medical_requirements",
    ],
)
@every_format
def test_list_is_read_with_any_mark_between(file_format: str, value: str) -> None:
    (row,), problems = of_rows(file_format, ("BEG", DAY, "open", value))
    assert (row.measures, problems) == (("mandatory_quarantine", "medical_requirements"), [])


@pytest.mark.parametrize(
    "value", ["-", "—", "n/a", "N/A", "None", "none", "Aucune", "néant", "s/o", "Ninguna", "no aplica", "لا يوجد"]
)
@pytest.mark.parametrize("column", ["measures", "affected_populations", "nationalities", "excepted_nationalities"])
def test_list_with_a_word_for_nothing_is_empty(column: str, value: str) -> None:
    found = of_rows("xlsx", ("BEG", DAY, "open", value), header=(*HEADER[:3], column))
    assert found == Outcome([Meant("BEG", DAY, "open")], [])


@pytest.mark.parametrize("value", ["NA", "nobody", "?"])
def test_list_with_an_unknown_word_is_refused(value: str) -> None:
    assert of_rows("xlsx", ("BEG", DAY, "open", value)).errors == ["unknown_code"]


@pytest.mark.parametrize(
    "header",
    [
        ("Point ", "Assessed on", "Operational  Status", "Measures", "Comments"),
        ("POINT", "Date", "Status", "Measure", "Remarks"),
        ("Code", "Date (dd/mm/yyyy)", "Status*", "Measures", "Notes"),
        ("Point", "Date d'évaluation", "Statut", "Mesures", "Remarques"),
        ("Código", "Fecha", "Estado", "Medidas", "Observaciones"),
        ("الرمز", "التاريخ", "الحالة", "التدابير", "تعليقات"),
    ],
)
def test_usual_headings_are_known_in_four_languages(header: Sequence[str]) -> None:
    assert of_rows("xlsx", *WEEK, header=header) == Outcome([CLOSED, OPEN], [])


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (("point", "Date", "operational_status", "measures", "Assessed on"), ("'Date'", "'Assessed on'")),
        (("point", "Code", "operational_status"), ("'point'", "'Code'")),
        (("point", "Status", "Statut"), ("'Status'", "'Statut'")),
        (("point", "Remarks", "Comments"), ("'Remarks'", "'Comments'")),
    ],
)
@every_format
def test_two_columns_of_one_meaning_are_refused_by_name(
    file_format: str, header: Sequence[str], named: tuple[str, str]
) -> None:
    found = of_rows(file_format, ("BEG",), header=header)
    (problem,) = [problem for problem in found.problems if problem.code == "column_twice"]
    assert all(each in problem.message.render() for each in named)


# What is read with a notice


@every_format
@pytest.mark.parametrize(
    ("column", "letter"),
    [("assessed_on", "B"), ("operational_status", "C"), ("measures", "D"), ("valid_until", "E"), ("source", "F")],
)
def test_value_merged_down_counts_for_each_of_its_rows(file_format: str, column: str, letter: str) -> None:
    header = (*HEADER[:4], "valid_until", "source")
    first = ("BEG", DAY, "closed", "mandatory_quarantine", dt.date(2020, 10, 1), "us")
    place = header.index(column)
    others = [(code, *first[1:place], None, *first[place + 1 :]) for code in ("INI", "BOJ")]
    body = WRITERS[file_format](ASheet([header, first, *others], merged=[f"{letter}2:{letter}4"]))
    submission = read_submission(body, TYPES[file_format], None, get_limits())
    assert len({row.values[column] for row in submission.rows}) == 1
    assert [(p.code, p.severity, p.row, p.cell) for p in submission.problems] == [
        ("merged_cells", "warning", 3, f"Update!{letter}3"),
        ("merged_cells", "warning", 4, f"Update!{letter}4"),
    ]
    assert f"{letter}2:{letter}4" in submission.problems[0].message.render()


@every_format
def test_point_merged_down_in_the_sheet_of_measures_is_the_point_of_each(file_format: str) -> None:
    measures = [("point", "measure"), ("BEG", "other"), (None, "medical_requirements")]
    week = ASheet([HEADER, ("BEG", DAY, "closed")])
    found = of_sheets(file_format, week, ASheet(measures, "Measures", merged=["A2:A3"]))
    assert found.rows == [Meant("BEG", DAY, "closed", ("other", "medical_requirements"))]
    assert found.notices == [("merged_cells", 2, "Measures!A3")]


@every_format
def test_rows_between_merged_cells_and_other_columns_keep_what_they_have(file_format: str) -> None:
    rows = [("BEG", DAY, "closed"), ("INI", None, "open"), ("BOJ", dt.date(2020, 9, 3), "open")]
    found = of_rows(file_format, *rows, merged=["B2:B3"])
    assert [row.day for row in found.rows] == [DAY, DAY, dt.date(2020, 9, 3)]


@every_format
def test_hidden_and_struck_through_rows_and_hidden_columns_are_taken_and_named(file_format: str) -> None:
    found = of_rows(file_format, *WEEK, hidden_rows=[3], struck=["C2"], hidden_columns=[5])
    assert found.rows == [CLOSED, OPEN]
    assert found.notices == [
        ("hidden_column", None, "Update!E1"),
        ("struck_through", 2, None),
        ("hidden_row", 3, None),
    ]


@pytest.mark.parametrize("file_format", ["xlsx", "ods"])
def test_result_of_a_formula_is_taken_and_its_cell_named(file_format: str) -> None:
    rows = [("BEG", DAY, Formula('=IF(1>0,"closed")', "closed")), ("INI", DAY, Formula("=TRUE()", "open"))]
    found = of_rows(file_format, rows[0])
    assert found.rows == [Meant("BEG", DAY, "closed")]
    assert found.notices == [("formula", 2, "Update!C2")]


def test_result_of_a_formula_in_an_old_workbook_is_taken_and_its_cell_named() -> None:
    """Xlwt does not store results: the bytes for no result become the number 0 here."""
    header = (*HEADER[:3], "estimated_daily_inflow")
    body = build_xls(ASheet([header, ("BEG", DAY, "open", xlwt.Formula("1+1"))]))
    assert body.count(NO_RESULT) == 1
    found = posted(body.replace(NO_RESULT, bytes(len(NO_RESULT))), XLS)
    assert found.rows == [Meant("BEG", DAY, "open")]
    assert found.notices == [("formula", 2, "Update!D2")]


@pytest.mark.parametrize("file_format", ["xlsx", "ods"])
def test_formula_that_gives_nothing_is_an_empty_cell(file_format: str) -> None:
    empty = Formula('=IF(A9="","",A9)', "")
    found = of_rows(file_format, ("BEG", DAY, "closed", empty), (empty, empty, empty))
    assert found == Outcome([Meant("BEG", DAY, "closed")], [])


@every_format
@pytest.mark.parametrize("time", [dt.time(14, 30), dt.time(23, 59, 59, 999999), dt.time(0, 0, 1)])
def test_time_in_the_cell_of_a_day_is_cut_off_with_a_notice(file_format: str, time: dt.time) -> None:
    found = of_rows(file_format, ("BEG", dt.datetime.combine(DAY, time), "closed"))
    assert found.rows == [Meant("BEG", DAY, "closed")]
    assert found.notices == [("read_as", 2, "Update!B2")]


@every_format
@pytest.mark.parametrize("value", [44076, 44076.604, 44076.0000001, "02 Sep 2020", "2020/09/02", "2020-9-2"])
def test_day_that_can_mean_one_day_is_read_and_shown_back(file_format: str, value: Any) -> None:
    found = of_rows(file_format, ("BEG", value, "closed"))
    assert found.rows == [Meant("BEG", DAY, "closed")]
    assert found.notices == [("read_as", 2, "Update!B2")]


def test_number_in_a_workbook_that_counts_from_1904_is_the_day_that_it_shows() -> None:
    body = build_xlsx(ASheet([HEADER, ("BEG", 44076 - 1462, "closed"), ("INI", DAY, "open")]), since_1904=True)
    found = posted(body, XLSX)
    assert [row.day for row in found.rows] == [DAY, DAY]
    assert found.notices == [("read_as", 2, "Update!B2")]


# Several sheets


@every_format
def test_cover_sheet_is_passed_over_with_a_notice(file_format: str) -> None:
    cover = ASheet([("Fill in the sheet Data",)], "Read me")
    found = of_sheets(file_format, cover, ASheet([HEADER, *WEEK], "Data"))
    assert found.rows == [CLOSED, OPEN]
    (problem,) = found.problems
    assert (problem.severity, problem.code, problem.value) == ("warning", "sheet_not_read", "Read me")


@every_format
def test_two_sheets_with_rows_of_points_are_refused_by_name(file_format: str) -> None:
    found = of_sheets(file_format, ASheet([HEADER, WEEK[0]], "Serbia"), ASheet([HEADER, WEEK[1]], "Bulgaria"))
    assert (found.rows, found.errors) == ([], ["several_sheets"])
    assert "'Serbia' and 'Bulgaria'" in found.problems[0].message.render()


@every_format
@pytest.mark.parametrize("empty", [[HEADER], []])
def test_filled_sheet_is_read_beside_an_empty_update(file_format: str, empty: list[Any]) -> None:
    found = of_sheets(file_format, ASheet(empty), ASheet([HEADER, *WEEK], "Sheet1"))
    assert found == Outcome([CLOSED, OPEN], [])


@every_format
@pytest.mark.parametrize("name", ["Last week", "Bulgaria"])
def test_sheet_beside_a_filled_update_is_named_in_a_notice(file_format: str, name: str) -> None:
    found = of_sheets(file_format, ASheet([HEADER, ("BOJ", DAY, "closed")], name), ASheet([HEADER, *WEEK]))
    assert found.rows == [CLOSED, OPEN]
    assert [(p.code, p.severity, p.value) for p in found.problems] == [("sheet_not_read", "warning", name)]


def test_list_of_points_is_not_taken_for_the_update() -> None:
    points = ASheet([("Code", "Name", "Country"), ("BEG", "Belgrade", "SRB")], "Points")
    found = of_sheets("xlsx", points, ASheet([HEADER, *WEEK], "Data"))
    assert found.rows == [CLOSED, OPEN]
    assert [(p.code, p.value) for p in found.problems] == [("sheet_not_read", "Points")]


# What is refused by name


@every_format
@pytest.mark.parametrize("value", ["02/09/2020", "2.9.2020", "02/09/20", "today", "20200902", "2020-W36-3", 2020, 1200])
def test_day_that_can_mean_another_or_none_is_refused(file_format: str, value: Any) -> None:
    found = of_rows(file_format, ("BEG", value, "closed"))
    assert (found.rows[0].day, found.errors) == (None, ["not_a_day"])


@pytest.mark.parametrize(
    "value", [1200.5, "1,200", "1.200", "1 200", "1e5", 1e15, "~1200", "-5", "1\u00a0200", "1'200", "12,5"]
)
def test_count_that_is_no_whole_number_is_refused(value: Any) -> None:
    found = of_rows("xlsx", ("BEG", DAY, "open", value), header=(*HEADER[:3], "estimated_daily_inflow"))
    assert found.errors == ["not_a_count"]


@pytest.mark.parametrize(
    "value", ["n/a", "-", "?", "no change", "idem", "Y", 1, True, "closed/open", "Cl0sed", "Partially closed"]
)
def test_unknown_status_is_refused(value: Any) -> None:
    assert of_rows("xlsx", ("BEG", DAY, value)).errors == ["unknown_code"]


@every_format
@pytest.mark.parametrize(
    ("header", "code"),
    [
        (("point", "assessed_on", "Restrictions"), "unknown_column"),
        (("#", "point", "assessed_on"), "unknown_column"),
        (("point", "assessed_on", "Extra notes"), "unknown_column"),
        (("airport", "day", "state"), "missing_header"),
        (("name", "Date", "Status"), "missing_column"),
    ],
)
def test_heading_that_means_no_column_is_refused(file_format: str, header: Sequence[str], code: str) -> None:
    assert code in of_rows(file_format, ("a", "b", "c"), header=header).errors


@pytest.mark.parametrize("file_format", ["xlsx", "ods"])
@pytest.mark.parametrize(("result", "code"), [(None, "formula"), ("#REF!", "error_value"), ("#N/A", "error_value")])
def test_formula_without_a_result_is_refused_with_its_cell(file_format: str, result: Any, code: str) -> None:
    found = of_rows(file_format, ("BEG", DAY, Formula("=VLOOKUP(A2,X1:Y9,2)", result)))
    assert [(p.severity, p.code, p.cell) for p in found.problems] == [("error", code, "Update!C2")]


def test_unmerged_title_and_a_header_of_two_rows_are_refused() -> None:
    assert of_rows("xlsx", HEADER, *WEEK, header=("Weekly update",)).errors == ["missing_header"]
    two_rows = [("point", "assessed_on", "Status", None), (None, None, "operational_status", "measures"), WEEK[0][:4]]
    found = of_sheets("xlsx", ASheet(two_rows, merged=["A1:A2", "B1:B2", "C1:D1"]))
    assert "nameless_column" in found.errors


def test_total_row_and_footnote_are_rows_that_cannot_be_read() -> None:
    found = of_rows("xlsx", *WEEK, ("Total", None, 2), ("Note: provisional",))
    assert (len(found.rows), found.errors) == (4, ["unknown_code"])


# Files under another name


@pytest.mark.parametrize("media_type", ["application/vnd.ms-excel", "application/octet-stream", "", "text/plain"])
@pytest.mark.parametrize("name", [None, "week.xls", "WEEK.XLSX", "week.csv"])
@every_format
def test_workbook_is_known_by_its_content(file_format: str, name: str | None, media_type: str) -> None:
    found = posted(WRITERS[file_format](ASheet([HEADER, *WEEK])), media_type, name)
    assert found == Outcome([CLOSED, OPEN], [])


@pytest.mark.parametrize("media_type", [XLSX, ODS, "application/vnd.ms-excel.sheet.macroEnabled.12"])
@every_format
def test_workbook_under_the_media_type_of_another_is_read(file_format: str, media_type: str) -> None:
    assert posted(WRITERS[file_format](ASheet([HEADER, *WEEK])), media_type).rows == [CLOSED, OPEN]


def test_macros_are_not_read() -> None:
    body = io.BytesIO(build_xlsx(ASheet([HEADER, *WEEK])))
    with zipfile.ZipFile(body, "a") as package:
        package.writestr("xl/vbaProject.bin", bytes(2_000))
    assert posted(body.getvalue(), "application/vnd.ms-excel.sheet.macroEnabled.12").rows == [CLOSED, OPEN]


@every_format
def test_file_that_is_loaded_is_read_the_same_from_every_format(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / f"points.{file_format}"
    path.write_bytes(WRITERS[file_format](ASheet([("code", "day", "count"), ("BEG", DAY, 12), ("INI", None, 0.5)])))
    assert list(read_rows(path, ["code"])) == [
        (2, {"code": "BEG", "day": "2020-09-02", "count": "12"}),
        (3, {"code": "INI", "day": "", "count": "0.5"}),
    ]
