"""Serializer of a filter's tree to text or JSON."""

import re
from typing import Any

from api.cql2.instants import OPEN, written
from api.cql2.operations import FUNCTIONS, OPERATORS
from api.cql2.tree import (
    Array,
    BoundingBox,
    Call,
    Coordinates,
    Geometry,
    Instant,
    Interval,
    Literal,
    Node,
    Operation,
    Property,
)
from api.cql2.well_known_text import SHAPES

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = frozenset({*OPERATORS, *FUNCTIONS, *(shape.lower() for shape in SHAPES)}) | {
    *("is", "null", "true", "false", "date", "timestamp", "interval")
}


def to_json(node: Node) -> Any:  # noqa: ANN401, PLR0911 - any JSON; a case for each kind of node
    """Return the JSON document of the filter."""
    match node:
        case Literal(value=value):
            return value
        case Instant(value=instant):
            return {"date" if len(written(instant)) == len("2020-03-31") else "timestamp": written(instant)}
        case Interval(start=start, end=end):
            return {"interval": [_side(start), _side(end)]}
        case BoundingBox(corners=corners):
            return {"bbox": list(corners)}
        case Geometry(type="GeometryCollection", coordinates=parts):
            return {"type": node.type, "geometries": list(map(to_json, parts))}
        case Geometry(type=kind, coordinates=coordinates):
            return {"type": kind, "coordinates": _lists(coordinates)}
        case Property(name=name):
            return {"property": name}
        case Array(items=items):
            return list(map(to_json, items))
        case Operation(op=op, args=args) | Call(name=op, args=args):
            return {"op": op, "args": list(map(to_json, args))}
    raise TypeError(f"{type(node)} is no part of a filter")


def to_text(node: Node) -> str:  # noqa: C901, PLR0911 - a case for each kind of node
    """Return the text of the filter; it may have redundant brackets."""
    match node:
        case Literal(value=bool() as value):
            return str(value).upper()
        case Literal(value=str() as text):
            return _quoted(text)
        case Literal(value=number):
            return repr(number)
        case Instant(value=instant):
            name = "DATE" if len(written(instant)) == len("2020-03-31") else "TIMESTAMP"
            return f"{name}('{written(instant)}')"
        case Interval(start=start, end=end):
            return f"INTERVAL({_side_text(start)},{_side_text(end)})"
        case BoundingBox(corners=corners):
            return f"BBOX({','.join(map(repr, corners))})"
        case Geometry():
            return _well_known_text(node)
        case Property(name=name):
            return _name(name)
        case Array(items=items):
            return _listed(items)
        case Call(name=name, args=args):
            return name + _listed(args)
        case Operation():
            return _operation(node)
    raise TypeError(f"{type(node)} is no part of a filter")


def _operation(node: Operation) -> str:
    match node.op:
        case "not":
            return f"NOT {_bracketed(node.args[0])}"
        case "isNull":
            return f"{_bracketed(node.args[0])} IS NULL"
        case "between":
            between_what, low, high = map(_bracketed, node.args)
            return f"{between_what} BETWEEN {low} AND {high}"
        case "in":
            return f"{_bracketed(node.args[0])} IN {to_text(node.args[1])}"
        case op if op in OPERATORS:
            return f" {op.upper()} ".join(map(_bracketed, node.args))
    return node.op.upper() + _listed(node.args)


def _bracketed(node: Node) -> str:
    is_infix = isinstance(node, Operation) and node.op in OPERATORS
    return f"({to_text(node)})" if is_infix else to_text(node)


def _listed(nodes: tuple[Node, ...]) -> str:
    return f"({','.join(map(to_text, nodes))})"


def _name(name: str) -> str:
    if PLAIN.fullmatch(name) and name.lower() not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _side(side: Node | None) -> Any:  # noqa: ANN401 - any JSON
    match side:
        case None:
            return OPEN
        case Instant(value=instant):
            return written(instant)
    return to_json(side)


def _side_text(side: Node | None) -> str:
    match side:
        case None:
            return f"'{OPEN}'"
        case Instant(value=instant):
            return f"'{written(instant)}'"
    return to_text(side)


def _lists(coordinates: Any) -> Any:  # noqa: ANN401 - coordinates, to some depth
    return [_lists(part) for part in coordinates] if isinstance(coordinates, tuple) else coordinates


def _well_known_text(node: Geometry) -> str:
    if node.type == "GeometryCollection":
        return f"GEOMETRYCOLLECTION({','.join(map(_well_known_text, node.coordinates))})"
    inner = _vertices(node.coordinates)
    return node.type.upper() + (f"({inner})" if node.type == "Point" else inner)


def _vertices(coordinates: Coordinates) -> str:
    if isinstance(coordinates[0], float):
        return " ".join(map(repr, coordinates))
    return f"({','.join(map(_vertices, coordinates))})"
