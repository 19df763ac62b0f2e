"""Spatial functions of CQL2 as SQL, with geometries as WKT."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary

from api.cql2.ast import (
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
from api.cql2.errors import BadFilter
from api.cql2.literals import OPEN_SIDE, format_instant
from api.cql2.operations import FUNCTIONS, OPERATORS
from api.cql2.queryables import ValueKind
from api.cql2.sql_expression import Expression, bind_value, combine
from api.cql2.sql_types import Operand, require_kind
from api.cql2.wkt import GEOMETRY_KEYWORDS
from geo.one_place import expand_longitudes
from geo.spatial_relations import (
    STORED_SRID,
    build_box_shape,
    build_relation,
    build_stored_geometry,
    encode_wkb,
    explain_invalid_shape,
    parse_geometry,
)

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED_WORDS = frozenset({*OPERATORS, *FUNCTIONS, *(shape.lower() for shape in GEOMETRY_KEYWORDS)}) | {
    *("is", "null", "true", "false", "date", "timestamp", "interval")
}


def serialize_filter_json(node: Node) -> Any:  # noqa: ANN401, PLR0911 - any JSON; a case for each kind of node
    """Return the JSON document of the filter."""
    match node:
        case Literal(value=value):
            return value
        case Instant(value=instant):
            return {
                "date" if len(format_instant(instant)) == len("2020-03-31") else "timestamp": format_instant(instant)
            }
        case Interval(start=start, end=end):
            return {"interval": [_serialize_side(start), _serialize_side(end)]}
        case BoundingBox(corners=corners):
            return {"bbox": list(corners)}
        case Geometry(type="GeometryCollection", coordinates=parts):
            return {"type": node.type, "geometries": list(map(serialize_filter_json, parts))}
        case Geometry(type=kind, coordinates=coordinates):
            return {"type": kind, "coordinates": _serialize_coordinates(coordinates)}
        case Property(name=name):
            return {"property": name}
        case Array(items=items):
            return list(map(serialize_filter_json, items))
        case Operation(op=op, args=args) | Call(name=op, args=args):
            return {"op": op, "args": list(map(serialize_filter_json, args))}
    raise TypeError(f"unexpected node {type(node)}")


def serialize_filter_text(node: Node) -> str:  # noqa: C901, PLR0911 - a case for each kind of node
    """Return the text of the filter; it may have redundant brackets."""
    match node:
        case Literal(value=bool() as value):
            return str(value).upper()
        case Literal(value=str() as text):
            return _quote_text(text)
        case Literal(value=number):
            return repr(number)
        case Instant(value=instant):
            name = "DATE" if len(format_instant(instant)) == len("2020-03-31") else "TIMESTAMP"
            return f"{name}('{format_instant(instant)}')"
        case Interval(start=start, end=end):
            return f"INTERVAL({_serialize_side_text(start)},{_serialize_side_text(end)})"
        case BoundingBox(corners=corners):
            return f"BBOX({','.join(map(repr, corners))})"
        case Geometry():
            return _serialize_wkt(node)
        case Property(name=name):
            return _quote_name(name)
        case Array(items=items):
            return _serialize_list(items)
        case Call(name=name, args=args):
            return name + _serialize_list(args)
        case Operation():
            return _serialize_operation(node)
    raise TypeError(f"unexpected node {type(node)}")


def _serialize_operation(node: Operation) -> str:
    match node.op:
        case "not":
            return f"NOT {_wrap_operand(node.args[0])}"
        case "isNull":
            return f"{_wrap_operand(node.args[0])} IS NULL"
        case "between":
            between_what, low, high = map(_wrap_operand, node.args)
            return f"{between_what} BETWEEN {low} AND {high}"
        case "in":
            return f"{_wrap_operand(node.args[0])} IN {serialize_filter_text(node.args[1])}"
        case op if op in OPERATORS:
            return f" {op.upper()} ".join(map(_wrap_operand, node.args))
    return node.op.upper() + _serialize_list(node.args)


def _wrap_operand(node: Node) -> str:
    is_infix = isinstance(node, Operation) and node.op in OPERATORS
    return f"({serialize_filter_text(node)})" if is_infix else serialize_filter_text(node)


def _serialize_list(nodes: tuple[Node, ...]) -> str:
    return f"({','.join(map(serialize_filter_text, nodes))})"


def _quote_name(name: str) -> str:
    if PLAIN_NAME.fullmatch(name) and name.lower() not in RESERVED_WORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def _quote_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _serialize_side(side: Node | None) -> Any:  # noqa: ANN401 - any JSON
    match side:
        case None:
            return OPEN_SIDE
        case Instant(value=instant):
            return format_instant(instant)
    return serialize_filter_json(side)


def _serialize_side_text(side: Node | None) -> str:
    match side:
        case None:
            return f"'{OPEN_SIDE}'"
        case Instant(value=instant):
            return f"'{format_instant(instant)}'"
    return serialize_filter_text(side)


def _serialize_coordinates(coordinates: Any) -> Any:  # noqa: ANN401 - coordinates, to some depth
    return [_serialize_coordinates(part) for part in coordinates] if isinstance(coordinates, tuple) else coordinates


def _serialize_wkt(node: Geometry) -> str:
    if node.type == "GeometryCollection":
        return f"GEOMETRYCOLLECTION({','.join(map(_serialize_wkt, node.coordinates))})"
    inner = _serialize_vertices(node.coordinates)
    return node.type.upper() + (f"({inner})" if node.type == "Point" else inner)


def _serialize_vertices(coordinates: Coordinates) -> str:
    if isinstance(coordinates[0], float):
        return " ".join(map(repr, coordinates))
    return f"({','.join(map(_serialize_vertices, coordinates))})"


GEOMETRY = frozenset({ValueKind.GEOMETRY})
# Relations of an item to an area of the world, for which the shape of the area does not matter.
AREA_RELATIONS = frozenset({"s_intersects", "s_disjoint", "s_within"})
WKB = LargeBinary()


@dataclass(frozen=True, slots=True)
class FilterCrs:
    """Reference system of a filter's coordinates: its EPSG code and the order of the axes."""

    srid: int = STORED_SRID
    latitude_first: bool = False


def relate(node: Operation, operands: list[Operand]) -> Expression:
    """Build the spatial relation, or raise BadFilter if an operand is not a geometry."""
    one, other = (require_kind(operand, GEOMETRY).sql for operand in operands)
    return combine(node.op, partial(build_relation, node.op.removeprefix("s_")), one, other)


def bind_geometry(node: Geometry | BoundingBox, crs: FilterCrs, *, of_a_part: bool = False) -> Expression:
    """Bind the geometry as one value, without heights. Raise BadFilter if it is not valid.

    `of_a_part`: the relation is to the area, on both sides of the antimeridian.
    """
    if isinstance(node, BoundingBox):
        shape = _build_box(node, crs)
    else:
        shape = parse_geometry(serialize_filter_json(node), latitude_first=crs.latitude_first)
    if reason := explain_invalid_shape(shape):
        raise BadFilter(f"the geometry is not valid: {reason}", node.position)
    if of_a_part and crs.srid == STORED_SRID:
        shape = expand_longitudes(shape)
    return combine(
        ("geometry", crs.srid), lambda wkb: build_stored_geometry(wkb, crs.srid), bind_value(encode_wkb(shape), WKB)
    )


def _build_box(node: BoundingBox, crs: FilterCrs) -> Any:  # noqa: ANN401 - a Shapely geometry
    half = len(node.corners) // 2
    (west, south), (east, north) = node.corners[:2], node.corners[half : half + 2]
    if crs.latitude_first:
        west, south, east, north = south, west, north, east
    if south > north:
        raise BadFilter("the lower edge of the box is above its upper edge", node.position)
    if west > east and crs.srid != STORED_SRID:
        raise BadFilter("only a box in degrees can cross the antimeridian", node.position)
    return build_box_shape(west, south, east, north)
