"""The columns of a weekly update, and what may stand above them."""

import pytest

from api.submissions.columns import (
    COLUMNS,
    MEASURE_COLUMNS,
    MEASURE_HEADERS,
    HeaderNames,
    InvalidColumns,
    find_column,
    parse_columns,
    suggest_columns,
)
from models.codes import get_code_list
from models.tables.restriction import RestrictionMeasure


@pytest.mark.parametrize(
    "header",
    [
        "valid_until",
        "Valid until",
        "VALID-UNTIL",
        " valid  until ",
        "Until, inclusive",
        "jusqu'au inclus",
        "Hasta, inclusive",
        "حتى تاريخ، شاملا",
    ],
)
def test_column_is_known_by_its_name_and_its_label_in_any_language(header: str) -> None:
    column = find_column(header)
    assert column is not None
    assert column.name == "valid_until"


@pytest.mark.parametrize("header", ["", "status?", "#status", "point" * 1000, "\ud800"])
def test_another_header_is_no_column(header: str) -> None:
    assert find_column(header) is None


def test_misspelt_header_has_the_nearest_columns_as_candidates() -> None:
    assert suggest_columns("operational_statsu")[0] == "operational_status"
    assert suggest_columns("Statut opérationel")[0] == "operational_status"
    assert suggest_columns("zzzzzz") == ()


def test_each_label_means_one_column() -> None:
    for column in COLUMNS.values():
        assert [find_column(label) for label in column.labels.values()] == [column] * 4
    for column in MEASURE_COLUMNS.values():
        assert [MEASURE_HEADERS.find_column(label) for label in column.labels.values()] == [column] * 4


def test_two_columns_with_one_label_are_refused() -> None:
    labels = 'labels = { en = "Day", fr = "Jour", es = "Día", ar = "يوم" }\nsays = "A day."\nkind = "day"\n'
    with pytest.raises(InvalidColumns, match="'Day' could mean second or first"):
        HeaderNames(parse_columns(f"[first]\n{labels}[second]\n{labels}"))


def test_columns_of_codes_name_a_code_list() -> None:
    for column in (COLUMNS | MEASURE_COLUMNS).values():
        assert (column.kind == "code") == (column.list is not None)
        assert column.list is None or get_code_list(column.list)


def test_sheet_of_measures_has_the_columns_of_its_table() -> None:
    of_table = {column.name for column in RestrictionMeasure.__table__.columns} - {"id", "restriction_id"}
    assert set(MEASURE_COLUMNS) == of_table | {"point"}
