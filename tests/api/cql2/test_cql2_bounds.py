"""However large a filter is, it is answered or refused soon, and never by a failure of the interpreter."""

import sys
import time
from itertools import count
from typing import Any

import pytest
from sqlalchemy import column

from api.cql2.ast import Node
from api.cql2.errors import BadFilter
from api.cql2.json_parser import parse_json, parse_json_text
from api.cql2.limits import BODY_LIMITS, URL_LIMITS, FilterLimits
from api.cql2.queryables import Queryable, ValueKind
from api.cql2.sql import compile_filter
from api.cql2.text_parser import parse_text
from api.database.prepared_statements import compile_statement

# Of the processor, so that other programs do not count: several times what it takes on a slow machine.
SOON_S = 5.0
QUERYABLES = {
    "a": Queryable(column("a"), ValueKind.INTEGER),
    "b": Queryable(column("b"), ValueKind.BOOLEAN),
    "c": Queryable(column("c"), ValueKind.STRING),
    "g": Queryable(column("g"), ValueKind.GEOMETRY),
}
TOO_LARGE = {
    "nested brackets": ("(" * 1000 + "a = 1" + ")" * 1000, "brackets within brackets"),
    "nested denials": ("NOT " * 1000 + "a = 1", "levels deep"),
    "nested functions": ("abs(" * 199 + "a" + ")" * 199 + " = 1", "levels deep"),
    "a long calculation": ("a = " + "+".join(["1"] * 17), "calculations"),
    "a long calculation with a property": ("a = " + "+".join(["1"] * 16 + ["a"]), "calculations"),
    "calculations with properties": (" AND ".join(["a + 1 = 2"] * 16), "calculations"),
    "calculations with properties in functions": (" AND ".join(["abs(a) + 1 = 2"] * 16), "calculations"),
    "calculations with properties in lists": (f"a IN ({','.join(['a * 2'] * 16)})", "calculations"),
    "calculations without end": ("a = " + "+".join(["1"] * 1000), "calculations"),
    "many conditions": (" OR ".join(["a=1"] * 1002), "words"),
    "many values": (f"a IN ({','.join(['1'] * 2001)})", "values in its lists"),
    "many lists": (" OR ".join(f"a IN ({','.join(['1'] * 201)})" for _ in range(10)), "values in its lists"),
    "a long text": (f"c = '{'x' * 20_000}'", "characters"),
}
TOO_LARGE_FOR_A_BODY = {
    "a large line": (f"S_INTERSECTS(g, LINESTRING({','.join(['1 2'] * 100_000)}))", "vertices"),
    "a large collection": (f"S_INTERSECTS(g, GEOMETRYCOLLECTION({','.join(['POINT(1 2)'] * 50_000)}))", "vertices"),
    "a megabyte of brackets": ("(" * 1_000_000, "brackets within brackets"),
    "a megabyte of conditions": (" OR ".join(["a=1"] * 140_000), "words"),
    "a megabyte of quotes": ("'" * 999_999, "not closed"),
    "a megabyte of doubled quotes": ('"' * 999_999, "not closed"),
    "a megabyte of digits": ("a = " + "1" * 999_990, "too large"),
    "a megabyte of values": (f"a IN ({'1,' * 450_000}1)", "values in its lists"),
    "a megabyte of spaces": (" " * 1_000_000, "too soon"),
    "a megabyte of escapes": ("a = '" + "\\" * 999_990, "not closed"),
    "more than a megabyte": ("a" * 1_000_001, "characters"),
}


@pytest.mark.parametrize(("text", "message"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_too_much_for_an_address_is_refused(text: str, message: str) -> None:
    refused_soon(text, message, URL_LIMITS)


@pytest.mark.slow
@pytest.mark.parametrize(("text", "message"), TOO_LARGE_FOR_A_BODY.values(), ids=TOO_LARGE_FOR_A_BODY)
def test_too_much_for_a_body_is_refused(text: str, message: str) -> None:
    refused_soon(text, message, BODY_LIMITS)


def refused_soon(text: str, message: str, bounds: FilterLimits) -> None:
    started = time.process_time()
    with pytest.raises(BadFilter) as refusal:
        parse_text(text, bounds)
    assert time.process_time() - started < SOON_S
    assert message in str(refusal.value)


def nested(inner: Any, times: int, op: str) -> Any:
    for _ in range(times):
        inner = {"op": op, "args": [inner]}
    return inner


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (nested({"op": "=", "args": [1, 1]}, 1000, "not"), "levels deep"),
        (nested("x", 50, "casei"), "levels deep"),
        ({"op": "in", "args": [1, [1] * 10_001]}, "values in its lists"),
        ({"op": "s_intersects", "args": [{"type": "MultiPoint", "coordinates": [[1, 2]] * 100_000}] * 2}, "vertices"),
        ({"op": "or", "args": [{"op": "=", "args": [1, 1]}] * 2001}, "operators"),
    ],
)
def test_too_much_json_is_refused(document: Any, message: str) -> None:
    started = time.process_time()
    with pytest.raises(BadFilter, match=message):
        parse_json(document, BODY_LIMITS)
    assert time.process_time() - started < SOON_S


@pytest.mark.parametrize("text", ["[" * 999_999, '{"op":' * 150_000, '"' + "x" * 2_000_000])
def test_too_much_text_of_json_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        parse_json_text(text, BODY_LIMITS)


LARGEST = {
    "brackets": "(" * 199 + "a = 1" + ")" * 199,
    "brackets of a client that brackets all": "(" * 199 + "a = 1" + " AND a = 1)" * 199,
    "denials": "NOT " * 29 + "a = 1",
    "conditions of both kinds": "a = 1 AND (a = 1 OR (" * 14 + "a = 1" + "))" * 14,
    "comparisons of conditions": "(" * 28 + "(a = 1)" + " = b)" * 28,
    "functions": "abs(" * 30 + "a" + ")" * 30 + " = 1",
    "folding": "c = " + "CASEI(ACCENTI(" * 15 + "c" + "))" * 15,
    "a calculation": "a = " + "+".join(["a"] * 16),
    "calculations of literals": f"a IN ({','.join(['3 * 1000000 + 1'] * 480)})",
    "calculations of literals beside others": "a + 1 = 2 AND " * 15 + " AND ".join(["a = 3 * 2"] * 300),
    "powers": "((a ^ a) ^ a) ^ a = 1",
    "conditions in lists": "(" * 15 + "b" + " IN (b, b))" * 15,
    "differences": " OR ".join(["a <> 1"] * 900),
    "values": f"a IN ({','.join(['123'] * 2000)})",
    "lists in IN": "a IN (" + ",".join(["a"] * 1900) + ")",
    "a line": f"S_INTERSECTS(g, LINESTRING({','.join(['1 2', '3 4'] * 2000)}))",
}


@pytest.mark.parametrize("text", LARGEST.values(), ids=LARGEST)
def test_largest_is_compiled_soon_even_deep_in_a_program(text: str) -> None:
    def compiled() -> str:
        condition = compile_filter(parse_text(text), QUERYABLES)
        names = (f"value_{number}" for number in count())
        return compile_statement(condition.build(names)).text

    started = time.process_time()
    sql = at_depth(300, compiled)
    assert time.process_time() - started < SOON_S
    assert len(sql) < 100_000


def at_depth(frames: int, work: Any) -> Any:
    assert sys.getrecursionlimit() == 1000
    return work() if frames == 0 else at_depth(frames - 1, work)


def test_body_may_hold_more_than_an_address() -> None:
    text = f"a IN ({','.join(['1234567'] * 9_000)})"
    assert isinstance(parse_text(text, BODY_LIMITS), Node)
    with pytest.raises(BadFilter, match="16,384 is the most"):
        parse_text(text)
