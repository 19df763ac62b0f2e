"""Operators and functions of the standard, by their names in JSON, with their number of arguments."""

from collections.abc import Mapping

from api.cql2.ast import Array, Instant, Interval, Literal, Node, Operation
from api.cql2.errors import BadFilter, Position, format_excerpt
from api.cql2.literals import parse_instant, parse_interval_side

LOGICAL_OPERATORS = ("and", "or")
COMPARISON_OPERATORS = ("=", "<>", "<", ">", "<=", ">=")
SPATIAL_RELATIONS = ("contains", "crosses", "disjoint", "equals", "intersects", "overlaps", "touches", "within")
TIME_RELATIONS = ("after", "before", "disjoint", "equals", "intersects")
INTERVAL_RELATIONS = (
    *("contains", "during", "finishedBy", "finishes", "meets", "metBy"),
    *("overlappedBy", "overlaps", "startedBy", "starts"),
)
ARRAY_RELATIONS = ("containedBy", "contains", "equals", "overlaps")

# Functions of the standard by their names in text, in lower case.
FUNCTIONS: Mapping[str, str] = {
    name.lower(): name
    for name in (
        *("casei", "accenti"),
        *(f"s_{relation}" for relation in SPATIAL_RELATIONS),
        *(f"t_{relation}" for relation in (*TIME_RELATIONS, *INTERVAL_RELATIONS)),
        *(f"a_{relation}" for relation in ARRAY_RELATIONS),
    )
}
OPERATORS: Mapping[str, str] = {
    name.lower(): name
    for name in (
        *LOGICAL_OPERATORS,
        "not",
        *COMPARISON_OPERATORS,
        "like",
        "between",
        "in",
        "isNull",
        "+",
        "-",
        "*",
        "/",
        "%",
        "div",
        "^",
    )
}
ARGUMENT_COUNTS: Mapping[str, int] = {"not": 1, "isNull": 1, "casei": 1, "accenti": 1, "between": 3}


def build_operation(op: str, args: tuple[Node, ...], position: Position) -> Node:
    """Build the node of an operator or function of the standard.

    Raise BadFilter if it has the wrong number of arguments.
    """
    if op in LOGICAL_OPERATORS:
        return _join_operands(op, args, position)
    expected = ARGUMENT_COUNTS.get(op, 2)
    if len(args) != expected:
        raise BadFilter(f"{op} takes {_format_count(expected)}, not {len(args)}", position)
    return Operation(op, tuple(_wrap_in_array(arg) for arg in args) if op.startswith("a_") else args, position=position)


def build_date(args: tuple[Node, ...], position: Position) -> Instant:
    """Build the node of DATE('…'), or raise BadFilter."""
    value = parse_instant(_get_text("DATE", args, position), position, only="date")
    return Instant(value, position=position)


def build_timestamp(args: tuple[Node, ...], position: Position) -> Instant:
    """Build the node of TIMESTAMP('…'), or raise BadFilter."""
    value = parse_instant(_get_text("TIMESTAMP", args, position), position, only="timestamp")
    return Instant(value, position=position)


def build_interval(args: tuple[Node, ...], position: Position) -> Interval:
    """Build the node of INTERVAL(start, end), or raise BadFilter."""
    if len(args) != 2:
        raise BadFilter(f"INTERVAL takes a start and an end, not {len(args)} arguments", position)
    return Interval(*(parse_interval_side(arg) for arg in args), position=position)


def _join_operands(op: str, args: tuple[Node, ...], position: Position) -> Node:
    """Join the operands of nested equal operators to one operation, for any bracketing, to keep the tree shallow."""
    if len(args) < 2:
        raise BadFilter(f"{op} joins two conditions or more, not {len(args)}", position)
    parts = [part for arg in args for part in (arg.args if isinstance(arg, Operation) and arg.op == op else (arg,))]
    return Operation(op, tuple(parts), position=position)


def _wrap_in_array(arg: Node) -> Node:
    """Wrap a single value in an array: in text, an array of one value looks like a value in brackets."""
    return Array((arg,), position=arg.position) if isinstance(arg, Literal | Instant) else arg


def _get_text(name: str, args: tuple[Node, ...], position: Position) -> str:
    match args:
        case (Literal(value=str() as text),):
            return text
    example = "DATE('2020-03-31')" if name == "DATE" else "TIMESTAMP('2020-03-31T12:00:00Z')"
    raise BadFilter(f"{name} takes a literal text", position, expected=format_excerpt(example))


def _format_count(number: int) -> str:
    return {1: "one argument", 2: "two arguments", 3: "three arguments"}[number]
