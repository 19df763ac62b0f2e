"""Filters as JSON: that they say the same as text, and what is said of those that cannot be read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cql2.errors import BadFilter
from api.cql2.json_parser import parse_json, parse_json_text
from api.cql2.serializer import serialize_filter_json
from api.cql2.text_parser import parse_text

A = {"property": "a"}


def spatial(geometry: Any) -> dict[str, Any]:
    return {"op": "s_intersects", "args": [A, geometry]}


# Each with the path of what is wrong, and what is said about it.
MALFORMED: list[tuple[Any, str, str]] = [
    (None, "", "null is no value"),
    ({}, "", "no part of a filter"),
    ({"a": 1}, "", "no part of a filter"),
    ({"op": 1, "args": []}, "/op", "names an operator"),
    ({"op": "="}, "/args", "a list is missing"),
    ({"op": "=", "args": A}, "/args", "a list is missing"),
    ({"op": "=", "args": [A]}, "", "two arguments, not 1"),
    ({"op": "=", "args": [A, None]}, "/args/1", "null is no value"),
    ({"op": "and", "args": [True]}, "", "two conditions or more"),
    ({"op": "not", "args": [True, False]}, "", "one argument, not 2"),
    ({"op": "and", "args": [True, {"op": "=", "args": [A, {}]}]}, "/args/1/args/1", "no part of a filter"),
    ({"op": "in", "args": [A, 1]}, "/args/1", "a list"),
    ({"op": "=", "args": [{"property": 1}, 1]}, "/args/0/property", "a text"),
    ({"op": "=", "args": [A, {"date": 1}]}, "/args/1/date", "a text is missing"),
    ({"op": "=", "args": [A, {"date": "2020-13-01"}]}, "/args/1", "not in the calendar"),
    ({"op": "=", "args": [A, {"timestamp": "2020-01-01"}]}, "/args/1", "is not a timestamp"),
    ({"op": "t_after", "args": [A, {"interval": "2020-01-01"}]}, "/args/1/interval", "a list is missing"),
    ({"op": "t_after", "args": [A, {"interval": ["2020-01-01"]}]}, "/args/1", "a start and an end"),
    ({"op": "t_after", "args": [A, {"interval": ["x", ".."]}]}, "/args/1/interval/0", "is not a date"),
    ({"op": "=", "args": [A, "x\0"]}, "/args/1", "NUL"),
    ({"op": "=", "args": [A, "\ud800"]}, "/args/1", "half of one"),
    ({"op": "=", "args": [A, 10**400]}, "/args/1", "too large"),
    ({"op": "=", "args": [A, float("inf")]}, "/args/1", "too large"),
    (spatial({"type": "Circle", "coordinates": []}), "/args/1/type", "Circle is no type"),
    (spatial({"type": ["Point"]}), "/args/1/type", "is no type"),
    (spatial({"type": "Point"}), "/args/1/coordinates", "a vertex is missing"),
    (spatial({"type": "Point", "coordinates": [1]}), "/args/1/coordinates", "a vertex is missing"),
    (spatial({"type": "Point", "coordinates": [True, 2]}), "/args/1/coordinates", "a vertex is missing"),
    (spatial({"type": "Point", "coordinates": [1, "2"]}), "/args/1/coordinates", "a vertex is missing"),
    (spatial({"type": "Point", "coordinates": [1, 2, 3, 4]}), "/args/1/coordinates", "a vertex is missing"),
    (spatial({"type": "Point", "coordinates": [10**400, 2]}), "/args/1/coordinates", "too large"),
    (spatial({"type": "LineString", "coordinates": []}), "/args/1/coordinates", "is empty"),
    (spatial({"type": "LineString", "coordinates": [[1, 2]]}), "/args/1", "at least two vertices"),
    (spatial({"type": "Polygon", "coordinates": [[0, 0], [1, 1]]}), "/args/1/coordinates/0/0", "a vertex is missing"),
    (
        spatial({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [2, 2]]]}),
        "/args/1",
        "ends where it starts",
    ),
    (spatial({"type": "GeometryCollection", "geometries": []}), "/args/1/geometries", "is empty"),
    (spatial({"type": "GeometryCollection", "geometries": [1]}), "/args/1/geometries/0/type", "is no type"),
    (spatial({"bbox": [1, 2, 3]}), "/args/1", "4 numbers"),
    (spatial({"bbox": [1, 2, 3, "4"]}), "/args/1/bbox", "a list of numbers"),
    (spatial({"bbox": [1, 2, 3, 10**400]}), "/args/1/bbox", "too large"),
]


@pytest.mark.parametrize(("document", "path", "message"), MALFORMED, ids=[repr(case[0])[:80] for case in MALFORMED])
def test_malformed_documents_are_refused_where_they_go_wrong(document: Any, path: str, message: str) -> None:
    with pytest.raises(BadFilter) as refusal:
        parse_json(document)
    assert refusal.value.position == path, str(refusal.value)
    assert message in str(refusal.value)
    str(refusal.value).encode()


@pytest.mark.parametrize(
    ("text", "position"),
    [("{", 1), ("", 0), ("{} {}", 3), ("NaN", ""), ('{"op": Infinity}', ""), ("1" * 5000, ""), ("[" * 9999, "")],
)
def test_invalid_json_is_refused(text: str, position: int | str) -> None:
    with pytest.raises(BadFilter) as refusal:
        parse_json_text(text)
    assert refusal.value.position == position


def test_bytes_have_to_be_utf_8() -> None:
    assert parse_json_text('{"op":"=","args":[{"property":"é"},1]}'.encode()) == parse_text("é = 1")
    with pytest.raises(BadFilter, match="UTF-8"):
        parse_json_text(b'{"op":"\xff"}')


def test_operators_may_be_written_in_any_case() -> None:
    assert parse_json({"op": "T_FINISHEDBY", "args": [A, A]}) == parse_text("T_FINISHEDBY(a, a)")


def test_document_is_written_as_it_was_read() -> None:
    document = {
        "op": "and",
        "args": [
            {"op": "in", "args": [A, ["x", 1, 2.5, True, {"date": "2020-01-01"}]]},
            {"op": "t_during", "args": [{"interval": [A, ".."]}, {"interval": ["2020-01-01", "2020-01-02T03:04:05Z"]}]},
            {"op": "<", "args": [{"op": "f", "args": []}, {"timestamp": "2020-01-02T03:04:05.600000Z"}]},
            spatial({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1.0, 2.0, 3.0]}]}),
            spatial({"bbox": [1.0, 2.0, 3.0, 4.0]}),
        ],
    }
    assert json.dumps(serialize_filter_json(parse_json(document))) == json.dumps(document)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["=", "and", "Point"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["op", "args", "property", "date", "interval", "type", "coordinates", "geometries", "bbox", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(JSON)
def test_any_document_is_a_filter_or_refused_as_one(document: Any) -> None:
    try:
        tree = parse_json(document)
    except BadFilter as error:
        refusal = error
    else:
        assert parse_json(serialize_filter_json(tree)) == tree
        return
    assert isinstance(refusal.position, str)
    str(refusal).encode()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_filter_or_refused_as_one(raw: bytes) -> None:
    try:
        parse_json_text(raw)
    except BadFilter as refusal:
        str(refusal).encode()
