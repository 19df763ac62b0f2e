"""Filters as text: what they are read as, and what is said of those that cannot be read."""

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cql2.ast import Array, BoundingBox, Call, Geometry, Instant, Interval, Literal, Node, Operation, Property
from api.cql2.errors import BadFilter
from api.cql2.json_parser import parse_json_text
from api.cql2.serializer import serialize_filter_text
from api.cql2.text_parser import parse_text


def lit(value: str | float) -> Literal:
    return Literal(value, position=0)


def prop(name: str) -> Property:
    return Property(name, position=0)


def op(name: str, *args: Node) -> Operation:
    return Operation(name, args, position=0)


A, B, C = (op("=", prop(name), lit(1)) for name in "abc")
TREES = [
    ("a = 1 OR b = 1 AND c = 1", op("or", A, op("and", B, C))),
    ("(a = 1 OR b = 1) AND c = 1", op("and", op("or", A, B), C)),
    ("NOT a = 1 AND b = 1", op("and", op("not", A), B)),
    ("NOT (a = 1 AND b = 1)", op("not", op("and", A, B))),
    ("a = 1 AND (b = 1 AND c = 1)", op("and", A, B, C)),
    ("((a = 1) OR (b = 1)) OR c = 1", op("or", A, B, C)),
    ("notes = 1", op("=", prop("notes"), lit(1))),
    ("orange = 1", op("=", prop("orange"), lit(1))),
    ("a NOT IN (1)", op("not", op("in", prop("a"), Array((lit(1),), position=0)))),
    ("a IN (1, -2, 'x', b)", op("in", prop("a"), Array((lit(1), lit(-2), lit("x"), prop("b")), position=0))),
    ("a NOT BETWEEN 1 AND 2", op("not", op("between", prop("a"), lit(1), lit(2)))),
    ("a not like 'x'", op("not", op("like", prop("a"), lit("x")))),
    ("a is not null", op("not", op("isNull", prop("a")))),
    ("a = 1 + 2 * 3 ^ 4", op("=", prop("a"), op("+", lit(1), op("*", lit(2), op("^", lit(3), lit(4)))))),
    ("a = 1 - 2 - 3", op("=", prop("a"), op("-", op("-", lit(1), lit(2)), lit(3)))),
    ("a = -b ^ 2", op("=", prop("a"), op("^", op("*", lit(-1), prop("b")), lit(2)))),
    ("a=-1", op("=", prop("a"), lit(-1))),
    ("a-1=1", op("=", op("-", prop("a"), lit(1)), lit(1))),
    ("a = 1.0", op("=", prop("a"), lit(1.0))),
    ("a = TRUE", op("=", prop("a"), lit(value=True))),
    ("a = 7 DIV 2", op("=", prop("a"), op("div", lit(7), lit(2)))),
    ("a = DATE('2020-02-29')", op("=", prop("a"), Instant(dt.date(2020, 2, 29), position=0))),
    (
        "a = TIMESTAMP('2020-02-29T01:02:03.1234567Z')",
        op("=", prop("a"), Instant(dt.datetime(2020, 2, 29, 1, 2, 3, 123456, dt.UTC), position=0)),
    ),
    (
        "T_DURING(INTERVAL(a, '..'), interval('..', b))",
        op("t_during", Interval(prop("a"), None, position=0), Interval(None, prop("b"), position=0)),
    ),
    ("t_finishedby(a, b)", op("t_finishedBy", prop("a"), prop("b"))),
    ("S_INTERSECTS(a, POINT(1 2))", op("s_intersects", prop("a"), Geometry("Point", (1.0, 2.0), position=0))),
    ("s_within(point, bbox(1,2,3,4))", op("s_within", prop("point"), BoundingBox((1.0, 2.0, 3.0, 4.0), position=0))),
    ("A_EQUALS(a, ())", op("a_equals", prop("a"), Array((), position=0))),
    ("A_EQUALS(a, ('x'))", op("a_equals", prop("a"), Array((lit("x"),), position=0))),
    (
        "A_EQUALS(a, ((1, 2), b))",
        op("a_equals", prop("a"), Array((Array((lit(1), lit(2)), position=0), prop("b")), position=0)),
    ),
    ("f()", Call("f", (), position=0)),
    ("f(a, 'x', 1 + 1)", Call("f", (prop("a"), lit("x"), op("+", lit(1), lit(1))), position=0)),
    ("\"a b\" = '\\\\ \\' \\n \\% '''", op("=", prop("a b"), lit("\\ ' \\n \\% '"))),
    ("\u3000a\u00a0=\u20091\n", A),
    ("été.x1 = 1", op("=", prop("été.x1"), lit(1))),
    ("landsat:scene_id = 1", op("=", prop("landsat:scene_id"), lit(1))),
]


@pytest.mark.parametrize(("text", "tree"), TREES, ids=[case[0] for case in TREES])
def test_text_is_read_as_the_standard_has_it(text: str, tree: Node) -> None:
    assert parse_text(text) == tree


def test_whole_number_is_not_the_same_as_a_truth_value_or_a_fraction() -> None:
    assert len({lit(1), lit(1.0), lit(value=True), lit("1")}) == 4


# Each with the character at which it goes wrong, from 0, and what is said about it.
MALFORMED = [
    ("", 0, "ends too soon"),
    ("   ", 3, "ends too soon"),
    ("a =", 3, "expected a property or a value"),
    ("a = = 1", 4, "'=' has no place here"),
    ("a == 1", 3, "'=' has no place here"),
    ("a b", 2, "expected a comparison"),
    ("a = 1 b", 6, "expected AND or OR or the end"),
    ("a = 1 AND", 9, "ends too soon"),
    ("AND a = 1", 0, "'AND' has no place here"),
    ("a = 1 OR OR b = 1", 9, "'OR' has no place here"),
    ("a = NOT b", 4, "'NOT' has no place here"),
    ("(a = 1", 6, "expected ) or a comma"),
    ("a = 1)", 5, "expected the end of the filter"),
    ("a = 1; DROP TABLE crossing", 5, "';' has no meaning here"),
    ("a = 1 --- b", 8, "'-' has no place here"),
    ("a != 1", 2, "not equal is written <>"),
    ("a = 'x", 4, "not closed"),
    ('"a = 1', 0, "name is not closed"),
    ("a = \N{LEFT SINGLE QUOTATION MARK}x", 4, "straight quotes"),
    ("a = `x`", 4, "has no meaning here"),
    ("a IN []", 5, "round brackets"),
    ("a IN ()", 6, "expected a property or a value"),
    ("a IN 1", 5, "expected ("),
    ("a IN (1, 2", 10, "expected ) or a comma"),
    ("a IN (1,, 2)", 8, "',' has no place here"),
    ("a NOT 1", 6, "expected LIKE, BETWEEN or IN"),
    ("a = NULL", 4, "expected IS NULL or IS NOT NULL"),
    ("a IS 5", 5, "IS asks for NULL only"),
    ("a IS NOT TRUE", 9, "IS asks for NULL only"),
    ("a BETWEEN 1", 11, "expected AND"),
    ("a BETWEEN 1 OR 2", 12, "expected AND"),
    ("a LIKE", 6, "expected a property or a value"),
    ("a = 2 ^ 3 ^ 4", 10, "'^' has no place here"),
    ("a = +b", 4, "plus sign"),
    ("a = --b", 5, "'-' has no place here"),
    ("a = 12abc", 4, "12abc is neither a number nor a name"),
    ("a = 1.2.3", 4, "neither a number nor a name"),
    ("a = 1e999", 4, "too large"),
    ("a = 'x\0y'", 4, "NUL"),
    ("a = \x01", 4, "has no meaning here"),
    ("a = DATE('2020-02-30')", 4, "'2020-02-30' is not in the calendar"),
    ("a = DATE('30.2.2020')", 4, "expected a day like 2020-03-31"),
    ("a = DATE('2020-02-01T00:00:00Z')", 4, "is not a date"),
    ("a = DATE(2020)", 4, "DATE takes a literal text"),
    ("a = DATE()", 4, "DATE takes a literal text"),
    ("a = DATE(b)", 4, "DATE takes a literal text"),
    ("a = TIMESTAMP('2020-02-01')", 4, "expected a moment like"),
    ("a = TIMESTAMP('2020-02-01T25:00:00Z')", 4, "not in the calendar"),
    ("a = TIMESTAMP('0001-01-01T00:00:00+01:00')", 4, "not in the calendar"),
    ("T_AFTER(a, INTERVAL('2020-01-01'))", 11, "a start and an end"),
    ("T_AFTER(a, INTERVAL('2020-01-01', 'x'))", 34, "'x' is not a date"),
    ("T_AFTER(a)", 0, "t_after takes two arguments, not 1"),
    ("CASEI(a, b) = 'x'", 0, "casei takes one argument, not 2"),
    ("S_INTERSECTS(a, b, c)", 0, "two arguments, not 3"),
    ("A_EQUALS()", 0, "two arguments, not 0"),
    ("S_INTERSECTS(a, POINT EMPTY)", 16, "an empty geometry"),
    ("S_INTERSECTS(a, POLYGON Z EMPTY)", 16, "an empty geometry"),
    ("S_INTERSECTS(a, POINT M (1 2 3))", 16, "there is no m"),
    ("S_INTERSECTS(a, POINT ZM (1 2 3 4))", 16, "there is no m"),
    ("S_INTERSECTS(a, POINT(1 2 3 4))", 28, "x y or x y z"),
    ("S_INTERSECTS(a, POINT(1))", 22, "a vertex is missing"),
    ("S_INTERSECTS(a, POINT(1,2))", 22, "a vertex is missing"),
    ("S_INTERSECTS(a, POINT())", 22, "a vertex is missing"),
    ("S_INTERSECTS(a, POINT(1 2", 25, "lacks ')'"),
    ("S_INTERSECTS(a, POINT(1 2, 3 4))", 31, "a point has one vertex"),
    ("S_INTERSECTS(a, POINT(1e999 2))", 16, "a coordinate is too large"),
    ("S_INTERSECTS(a, LINESTRING(1 2))", 16, "at least two vertices"),
    ("S_INTERSECTS(a, POLYGON((0 0,1 1,0 0)))", 16, "at least four vertices"),
    ("S_INTERSECTS(a, POLYGON((0 0,1 0,1 1,0 1)))", 16, "ends where it starts"),
    ("S_INTERSECTS(a, POLYGON(0 0,1 0,1 1,0 0))", 24, "lacks '('"),
    ("S_INTERSECTS(a, MULTIPOLYGON((0 0,1 0)))", 30, "lacks '('"),
    ("S_INTERSECTS(a, GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2))))", 35, "this is no geometry"),
    ("S_INTERSECTS(a, GEOMETRYCOLLECTION(1 2))", 35, "this is no geometry"),
    ("S_INTERSECTS(a, BBOX(1,2,3))", 16, "4 numbers, or 6 with heights, not 3"),
    ("S_INTERSECTS(a, BBOX(1,2,3,x))", 27, "a number of the box is missing"),
    ("S_INTERSECTS(a, BBOX(1 2, 3 4))", 23, "lacks ')'"),
    ("S_INTERSECTS(a, CIRCULARSTRING(0 0,1 1,2 0))", 33, "'0' has no place here"),
]


@pytest.mark.parametrize(("text", "position", "message"), MALFORMED, ids=[repr(case[0]) for case in MALFORMED])
def test_malformed_text_is_refused_where_it_goes_wrong(text: str, position: int, message: str) -> None:
    with pytest.raises(BadFilter) as refusal:
        parse_text(text)
    assert refusal.value.position == position, str(refusal.value)
    assert message in str(refusal.value)


def test_enough_is_malformed() -> None:
    assert len(MALFORMED) >= 40


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_a_filter_or_refused_as_one(text: str) -> None:
    refused_or_read(text)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "a",
                    '"b"',
                    "1",
                    "-",
                    "'x'",
                    "(",
                    ")",
                    ",",
                    "=",
                    "<",
                    ">",
                    "AND",
                    "OR",
                    "NOT",
                    "IN",
                    "IS",
                    "NULL",
                    "LIKE",
                ),
                *(
                    "BETWEEN",
                    "DIV",
                    "TRUE",
                    "CASEI(",
                    "DATE('2020-01-01')",
                    "INTERVAL(",
                    "T_AFTER(",
                    "POINT(1 2)",
                    "BBOX(",
                ),
                *("A_EQUALS(", "f(", "^", "'..'", "POLYGON((", "0 0", "Z", "EMPTY", "''", "\\", "[", "é"),
            ]
        ),
        max_size=14,
    ).map(" ".join)
)
def test_any_words_are_a_filter_or_refused_as_one(text: str) -> None:
    refused_or_read(text)


def refused_or_read(text: str) -> None:
    try:
        tree = parse_text(text)
    except BadFilter as error:
        refusal = error
    else:
        assert parse_text(serialize_filter_text(tree)) == tree
        return
    assert isinstance(refusal.position, int)
    assert 0 <= refusal.position <= len(text)
    str(refusal).encode()


@pytest.mark.parametrize("pattern", ["Belg\\rade%", "100\\%", "a\\_b", "tab\\t", "it's", "%", "new\\n\\f\\v\\a\\b"])
def test_pattern_is_the_same_as_text_and_as_json(pattern: str) -> None:
    as_text = parse_text("name LIKE '" + pattern.replace("'", "''") + "'")
    as_json = parse_json_text(json.dumps({"op": "like", "args": [{"property": "name"}, pattern]}))
    assert as_text == as_json
