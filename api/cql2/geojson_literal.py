"""Parser of GeoJSON geometries (RFC 7946, 3.1) in a filter's JSON."""

from collections.abc import Mapping
from typing import Any

from api.cql2.bad_filter import BadFilter, format_excerpt
from api.cql2.bounds import FilterLimits
from api.cql2.shapes import build_geometry
from api.cql2.tree import Coordinates, Geometry

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
            raise BadFilter(f"{format_excerpt(str(kind))} is no type of geometry", f"{path}/type", expected)
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
            raise BadFilter("a collection has no collections in it", path, expected=", ".join(DEPTHS))
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
    raise BadFilter("the geometry is empty or lacks a list here", path, expected="[…]")


def _convert_to_floats(numbers: list[float], path: str) -> Coordinates:
    try:
        return tuple(map(float, numbers))
    except OverflowError:
        raise BadFilter("a coordinate is too large", path) from None
