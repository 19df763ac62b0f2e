"""Parser of filters in JSON (21-065r2, `cql2.json`)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Never

from api.cql2.ast import Array, Call, Coordinates, Geometry, Literal, Node, Property, build_bounding_box, build_geometry
from api.cql2.errors import BadFilter, format_excerpt
from api.cql2.limits import URL_LIMITS, FilterLimits
from api.cql2.literals import build_finite_literal, parse_string_literal
from api.cql2.operations import FUNCTIONS, OPERATORS, build_date, build_interval, build_operation, build_timestamp

# Depth of the nested lists of vertices.
DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPoint": 1, "MultiLineString": 2, "MultiPolygon": 3}


def parse_geojson(document: Mapping[str, Any], path: str, bounds: FilterLimits) -> Geometry:
    """Parse the geometry, or raise BadFilter."""
    return _GeometryParser(bounds).geometry(document, path)


class _GeometryParser:
    def __init__(self, bounds: FilterLimits) -> None:
        self.bounds = bounds
        self.vertices = 0

    def geometry(self, document: object, path: str) -> Geometry:
        kind = document.get("type") if isinstance(document, dict) else None
        if kind == "GeometryCollection" and isinstance(document, dict):
            return self._parse_collection(document.get("geometries"), path)
        if not isinstance(document, dict) or not isinstance(kind, str) or kind not in DEPTHS:
            expected = ", ".join((*DEPTHS, "GeometryCollection"))
            raise BadFilter(f"unknown geometry type {format_excerpt(str(kind))}", f"{path}/type", expected)
        coordinates = self._parse_nested(document.get("coordinates"), DEPTHS[kind], f"{path}/coordinates")
        return build_geometry(kind, coordinates, path)

    def _parse_collection(self, parts: object, path: str) -> Geometry:
        geometries = [
            self._parse_simple(part, f"{path}/geometries/{number}")
            for number, part in enumerate(_require_filled_list(parts, f"{path}/geometries"))
        ]
        return Geometry("GeometryCollection", tuple(geometries), position=path)

    def _parse_simple(self, part: object, path: str) -> Geometry:
        if isinstance(part, dict) and part.get("type") == "GeometryCollection":
            raise BadFilter("a geometry collection cannot contain a collection", path, expected=", ".join(DEPTHS))
        return self.geometry(part, path)

    def _parse_nested(self, value: object, depth: int, path: str) -> Coordinates:
        if not depth:
            return self._parse_vertex(value, path)
        parts = enumerate(_require_filled_list(value, path))
        return tuple(self._parse_nested(part, depth - 1, f"{path}/{number}") for number, part in parts)

    def _parse_vertex(self, value: object, path: str) -> Coordinates:
        self.vertices += 1
        self.bounds.check_vertices(self.vertices, path)
        match value:
            case [int() | float(), int() | float()] | [int() | float(), int() | float(), int() | float()]:
                if not any(isinstance(number, bool) for number in value):
                    return _convert_to_floats(list(value), path)
        raise BadFilter("a vertex is missing here", path, expected="two numbers, or three with a height")


def _require_filled_list(value: object, path: str) -> list[Any]:
    if isinstance(value, list) and value:
        return value
    raise BadFilter("the list is empty or missing here", path, expected="[…]")


def _convert_to_floats(numbers: list[float], path: str) -> Coordinates:
    try:
        return tuple(map(float, numbers))
    except OverflowError:
        raise BadFilter("a coordinate is too large", path) from None


Document = Mapping[str, Any]
OPERATIONS = {**OPERATORS, **FUNCTIONS}
MAX_BIGINT = 2**63 - 1


def parse_json_text(text: str | bytes, bounds: FilterLimits = URL_LIMITS) -> Node:
    """Parse the JSON text of a filter to its tree, or raise BadFilter."""
    try:
        decoded_text = text.decode() if isinstance(text, bytes) else text
        bounds.check_length(decoded_text, "JSON")
        document = json.loads(decoded_text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BadFilter(f"this is not JSON: {error.msg}", error.pos) from None
    except RecursionError:
        raise BadFilter("the JSON is nested too deep", "") from None
    except ValueError as error:
        if isinstance(error, BadFilter):
            raise
        raise BadFilter("this is not JSON in UTF-8, or a number is too long", "") from None
    return parse_json(document, bounds)


def parse_json(document: object, bounds: FilterLimits = URL_LIMITS) -> Node:
    """Parse the JSON document of a filter to its tree, or raise BadFilter."""
    root = _FilterParser(bounds).node(document, "", 1)
    bounds.check_tree(root)
    return root


class _FilterParser:
    def __init__(self, bounds: FilterLimits) -> None:
        self.bounds = bounds
        self.members: Mapping[str, Callable[[Document, str, int], Node]] = {
            "op": self._parse_operation,
            "property": self._resolve_property,
            "date": lambda document, path, _: build_date((self._read_text(document["date"], f"{path}/date"),), path),
            "timestamp": lambda document, path, _: build_timestamp(
                (self._read_text(document["timestamp"], f"{path}/timestamp"),), path
            ),
            "interval": lambda document, path, level: build_interval(
                self._parse_list(document["interval"], f"{path}/interval", level), path
            ),
            "bbox": lambda document, path, _: build_bounding_box(
                self._parse_corners(document["bbox"], f"{path}/bbox"), path
            ),
        }

    def node(self, value: object, path: str, level: int) -> Node:
        self.bounds.check_level(level, path)
        match value:
            case bool():
                return Literal(value, position=path)
            case str():
                return parse_string_literal(value, path)
            case int() if abs(value) <= MAX_BIGINT:
                return Literal(value, position=path)
            case int() | float():
                return _parse_float(value, path)
            case list():
                return Array(self._parse_list(value, path, level), position=path)
            case dict():
                return (
                    parse_geojson(value, path, self.bounds)
                    if "type" in value
                    else self._parse_object(value, path, level)
                )
        raise BadFilter("null is not allowed here", path, expected="isNull to test for missing values")

    def _parse_object(self, document: Document, path: str, level: int) -> Node:
        for member, read in self.members.items():
            if member in document:
                return read(document, path, level)
        expected = "an object with " + " or ".join(f'"{member}"' for member in (*self.members, "type"))
        raise BadFilter("this object is not a filter expression", path, expected)

    def _parse_operation(self, document: Document, path: str, level: int) -> Node:
        op = document["op"]
        if not isinstance(op, str):
            raise BadFilter("op must be an operator or a function", f"{path}/op", expected="a text")
        args = self._parse_list(document.get("args"), f"{path}/args", level)
        name = OPERATIONS.get(op.lower())
        if name is None:
            return Call(op, args, position=path)
        if name == "in" and len(args) == 2 and not isinstance(args[1], Array):
            raise BadFilter("the values of in must be a list", f"{path}/args/1", expected="[…]")
        return build_operation(name, args, path)

    def _resolve_property(self, document: Document, path: str, _: int) -> Node:
        name = document["property"]
        if not isinstance(name, str):
            raise BadFilter("the name of a property must be a text", f"{path}/property", expected="a text")
        return Property(name, position=path)

    def _parse_list(self, value: object, path: str, level: int) -> tuple[Node, ...]:
        if not isinstance(value, list):
            raise BadFilter("a list is missing here", path, expected="[…]")
        return tuple(self.node(each, f"{path}/{number}", level + 1) for number, each in enumerate(value))

    def _read_text(self, value: object, path: str) -> Node:
        if not isinstance(value, str):
            raise BadFilter("a text is missing here", path, expected="a text")
        return parse_string_literal(value, path)

    def _parse_corners(self, value: object, path: str) -> tuple[float, ...]:
        if not isinstance(value, list) or not all(_is_number(each) for each in value):
            raise BadFilter("a box is a list of numbers", path, expected="four numbers, or six with heights")
        return tuple(_convert_to_float(each, path) for each in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parse_float(value: float, path: str) -> Literal:
    return build_finite_literal(_convert_to_float(value, path), format_excerpt(str(value)), path)


def _convert_to_float(value: float, path: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise BadFilter("the number is too large", path) from None


def _refuse_constant(constant: str) -> Never:
    raise BadFilter(f"{constant} is not a JSON number", "")
