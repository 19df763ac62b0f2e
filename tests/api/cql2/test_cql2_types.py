"""What does not exist or does not go together is refused, where it stands, in words that help."""

import pytest
from sqlalchemy import column

from api.cql2.errors import BadFilter
from api.cql2.json_parser import parse_json
from api.cql2.queryables import Queryable, ValueKind
from api.cql2.sql import FilterCrs, compile_filter
from api.cql2.text_parser import parse_text

QUERYABLES = {
    name: Queryable(column(name), kind)
    for name, kind in {
        "name": ValueKind.STRING,
        "level": ValueKind.INTEGER,
        "share": ValueKind.NUMBER,
        "active": ValueKind.BOOLEAN,
        "valid_from": ValueKind.DATE,
        "valid_to": ValueKind.DATE,
        "recorded_from": ValueKind.TIMESTAMP,
        "measures": ValueKind.STRINGS,
        "geometry": ValueKind.GEOMETRY,
    }.items()
}
# Each with the character at which the trouble is, from 0, and what is said about it.
REFUSED = [
    ("leval = 1", 0, "there is no property leval; did you mean level?"),
    ("Level = 1", 0, "did you mean level?"),
    ("level = 1 AND valid_form > DATE('2020-01-01')", 14, "did you mean valid_from?"),
    ("qqq = 1", 0, "there are active, geometry, level"),
    ('name = "Nadi"', 7, "there is no property Nadi"),
    ("name = 5", 7, "name (a text) and the number 5 cannot be compared"),
    ("level = 'five'", 8, "level (a whole number) and the text 'five' cannot be compared"),
    ("level = TRUE", 8, "a truth value cannot be compared"),
    ("valid_from = 5", 13, "the number 5 is no time"),
    ("valid_from > 'yesterday'", 13, "'yesterday' is not a date"),
    ("valid_from = name", 13, "name (a text) is no time"),
    ("name = DATE('2020-01-01')", 0, "name (a text) is no time"),
    ("measures = 'visa'", 11, "expected A_CONTAINS and its like for lists"),
    ("'visa' = measures", 9, "expected A_CONTAINS and its like for lists"),
    ("measures = ('visa', 'x')", 11, "a list of values is not compared like a single value"),
    ("geometry = POINT(1 2)", 11, "expected S_INTERSECTS and its like"),
    ("level = geometry", 8, "expected S_INTERSECTS and its like"),
    ("valid_from = INTERVAL('2020-01-01', '..')", 13, "expected T_INTERSECTS and its like"),
    ("level", 0, "level (a whole number) has no place here"),
    ("NOT name", 4, "name (a text) has no place here"),
    ("'x' OR TRUE", 0, "the text 'x' has no place here"),
    (
        "level LIKE '5%'",
        0,
        "level (a whole number) has no place here",
    ),
    ("name LIKE 5", 10, "the number 5 has no place here"),
    ("name LIKE name", 10, "a pattern is a literal text"),
    ("name LIKE CASEI(name)", 16, "a pattern is a literal text"),
    ("name LIKE 'x\\\\'", 10, "ends with a backslash"),
    ("CASEI(level) = 'x'", 6, "level (a whole number) has no place here"),
    ("ACCENTI(5) = 'x'", 8, "the number 5 has no place here"),
    ("level BETWEEN 1 AND 'x'", 20, "the text 'x' cannot be compared"),
    ("(level = 1) BETWEEN FALSE AND TRUE", 1, "true or false has no place here"),
    ("level IN (1, 'x')", 13, "the text 'x' cannot be compared"),
    ("name IN (1)", 9, "the number 1 cannot be compared"),
    ("level + 'x' = 1", 8, "the text 'x' has no place here"),
    ("name * 2 = 4", 0, "name (a text) has no place here"),
    ("valid_from + 1 > DATE('2020-01-01')", 0, "valid_from (a date) has no place here"),
    ("level * 1e20 = 1", 8, "too large or too small to calculate"),
    ("level * 1e-20 = 1", 8, "too large or too small to calculate"),
    ("(((level ^ 2) ^ 2) ^ 2) ^ 2 = 1", 3, "too many powers"),
    ("S_INTERSECTS(name, POINT(1 2))", 13, "name (a text) has no place here"),
    ("S_INTERSECTS(geometry, 'POINT(1 2)')", 23, "the text 'POINT(1 2)' has no place here"),
    ("S_INTERSECTS(geometry, POLYGON((0 0,4 4,4 0,0 4,0 0)))", 23, "Self-intersection at 2 2"),
    ("S_INTERSECTS(geometry, BBOX(1,5,2,4))", 23, "starts above its upper end"),
    ("T_AFTER(level, DATE('2020-01-01'))", 8, "level (a whole number) is no time"),
    ("T_AFTER(valid_from, measures)", 20, "measures (a list of texts) is no time"),
    ("T_AFTER(valid_from, ('2020-01-01', '2020-01-02'))", 20, "a list of values is no interval"),
    ("T_DURING(valid_from, INTERVAL('2020-01-01', '..'))", 9, "expected INTERVAL(…) for T_DURING"),
    ("T_MEETS(INTERVAL(valid_from, valid_to), DATE('2020-01-01'))", 40, "expected INTERVAL(…) for T_MEETS"),
    ("T_AFTER(valid_from, INTERVAL('2020-02-01', '2020-01-01'))", 20, "ends before it starts"),
    ("T_AFTER(valid_from, INTERVAL('2020-02-02', '2020-02-01T00:00:00Z'))", 20, "ends before it starts"),
    ("T_AFTER(valid_from, INTERVAL(level, '..'))", 29, "level (a whole number) is no time"),
    ("INTERVAL(valid_from, valid_to) IS NULL", 0, "an interval is never NULL"),
    ("A_CONTAINS(measures, (1))", 22, "the number 1 has no place here"),
    ("A_CONTAINS(measures, ('x', TRUE))", 27, "a truth value has no place here"),
    ("A_CONTAINS(level, ('x'))", 19, "cannot be compared"),
    ("A_EQUALS((1, 'x'), (2))", 13, "the text 'x' cannot be compared"),
    ("A_EQUALS((POINT(1 2)), (POINT(1 2)))", 24, "expected S_INTERSECTS and its like"),
    ("A_EQUALS(((1, 2), 3), (3))", 10, "a list of values"),
    ("A_EQUALS((level = 1, TRUE), (TRUE))", 10, "a condition is no value of a list"),
    ("yaer(valid_from) = 2020", 0, "there is no function yaer; did you mean year?"),
    (
        "year(valid_from, 1) = 2020",
        0,
        "year does not take 2 arguments",
    ),
    ("year(name) = 2020", 5, "name (a text) is no time"),
    ("length(level) = 1", 7, "level (a whole number) has no place here"),
    ("avg(level) = 1", 0, "there is no function avg"),
]


@pytest.mark.parametrize(("text", "position", "message"), REFUSED, ids=[case[0] for case in REFUSED])
def test_type_mismatch_is_refused_at_its_position(text: str, position: int, message: str) -> None:
    with pytest.raises(BadFilter) as refusal:
        compile_filter(parse_text(text), QUERYABLES)
    assert message in str(refusal.value)
    assert refusal.value.position == position, str(refusal.value)


def test_json_error_has_a_path() -> None:
    document = {"op": "and", "args": [True, {"op": "=", "args": [{"property": "valid_from"}, 5]}]}
    with pytest.raises(BadFilter) as refusal:
        compile_filter(parse_json(document), QUERYABLES)
    assert refusal.value.position == "/args/1/args/1"
    assert str(refusal.value).endswith("(at /args/1/args/1); expected a date or a moment")


def test_only_degrees_cross_the_antimeridian() -> None:
    with pytest.raises(BadFilter, match="only a box in degrees"):
        compile_filter(parse_text("S_INTERSECTS(geometry, BBOX(9,0,1,1))"), QUERYABLES, FilterCrs(3857))


def test_long_names_are_shown_cut() -> None:
    with pytest.raises(BadFilter) as refusal:
        compile_filter(parse_text("x" * 5000 + " = 1"), QUERYABLES)
    assert len(str(refusal.value)) < 250
