"""Parser of WKT geometries, as in the standard, and of BBOX in a filter's text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api.cql2.ast import BoundingBox, Coordinates, Geometry, build_bounding_box, build_geometry
from api.cql2.errors import BadFilter
from api.cql2.limits import FilterLimits

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
VERTEX = re.compile(rf"\s*({NUMBER})\s+({NUMBER})(?:\s+({NUMBER}))?(?:\s+({NUMBER}))?")
ONE_NUMBER = re.compile(rf"\s*({NUMBER})")
TAG = re.compile(r"\s*([A-Za-z]+)(?:\s*(ZM|Z|M)\b)?(?:\s*(EMPTY)\b)?", re.IGNORECASE)
# GeoJSON type, and depth of the nested lists of vertices.
DEPTHS = {
    "POINT": ("Point", 0),
    "LINESTRING": ("LineString", 1),
    "POLYGON": ("Polygon", 2),
    "MULTIPOINT": ("MultiPoint", 1),
    "MULTILINESTRING": ("MultiLineString", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
}
GEOMETRY_KEYWORDS = frozenset({*DEPTHS, "GEOMETRYCOLLECTION", "BBOX"})


def parse_wkt(text: str, position: int, bounds: FilterLimits) -> tuple[Geometry | BoundingBox, int]:
    """Parse the geometry that starts at this character, or raise BadFilter. Return it with the position of its end."""
    reader = _WktParser(text, position, bounds)
    return reader.parse_tagged(), reader.position


@dataclass(slots=True)
class _WktParser:
    text: str
    position: int
    bounds: FilterLimits
    vertices: int = 0

    def parse_tagged(self, *, within_collection: bool = False) -> Geometry | BoundingBox:
        match = TAG.match(self.text, self.position)
        name, dimensions, empty = (match[1].upper(), match[2], match[3]) if match else ("", None, None)
        start = match.start(1) if match else self.position
        if match is None or name not in (DEPTHS if within_collection else GEOMETRY_KEYWORDS):
            raise BadFilter("this is not a geometry", start, expected=", ".join(DEPTHS))
        self._refuse_dimensions(dimensions, empty, start)
        self.position = match.end()
        return self._parse_body(name, start)

    def _refuse_dimensions(self, dimensions: str | None, empty: str | None, start: int) -> None:
        if empty:
            raise BadFilter("an empty geometry cannot be compared", start)
        if dimensions and "M" in dimensions.upper():
            raise BadFilter("coordinates are x y or x y z; there is no m", start)

    def _parse_body(self, name: str, start: int) -> Geometry | BoundingBox:
        if name == "BBOX":
            return build_bounding_box(self._parse_list(self._number), start)
        if name == "GEOMETRYCOLLECTION":
            parts = self._parse_list(lambda: self.parse_tagged(within_collection=True))
            return Geometry("GeometryCollection", parts, position=start)
        kind, depth = DEPTHS[name]
        read = (
            self._parse_single_vertex
            if name == "POINT"
            else self._read_point
            if name == "MULTIPOINT"
            else self._parse_vertex
        )
        return build_geometry(kind, self._parse_nested(read, depth), start)

    def _parse_nested(self, read: Callable[[], Any], depth: int) -> Any:  # noqa: ANN401 - coordinates, to some depth
        return self._parse_list(lambda: self._parse_nested(read, depth - 1)) if depth else read()

    def _parse_list(self, read: Callable[[], Any]) -> Coordinates:
        self._consume_sign("(")
        items = [read()]
        while self._next() == ",":
            self._consume_sign(",")
            items.append(read())
        self._consume_sign(")")
        return tuple(items)

    def _parse_single_vertex(self) -> Coordinates:
        vertices = self._parse_list(self._parse_vertex)
        if len(vertices) != 1:
            raise BadFilter("a point has one vertex", self.position, expected="MULTIPOINT for several")
        only: Coordinates = vertices[0]
        return only

    def _read_point(self) -> Coordinates:
        """Parse a point of a multipoint with its own brackets, as in the standard, or without, as in older WKT."""
        return self._parse_single_vertex() if self._next() == "(" else self._parse_vertex()

    def _parse_vertex(self) -> Coordinates:
        match = VERTEX.match(self.text, self.position)
        if match is None:
            raise BadFilter("a vertex is missing here", self._start(), expected="two numbers, or three with a height")
        if match[4]:
            raise BadFilter("coordinates are x y or x y z", match.start(4))
        self.vertices += 1
        self.bounds.check_vertices(self.vertices, self.position)
        self.position = match.end()
        return tuple(float(each) for each in match.groups() if each)

    def _number(self) -> float:
        match = ONE_NUMBER.match(self.text, self.position)
        if match is None:
            raise BadFilter("a number of the box is missing here", self._start(), expected="a number")
        self.position = match.end()
        return float(match[1])

    def _consume_sign(self, wanted: str) -> None:
        if self._next() != wanted:
            raise BadFilter(f"the geometry lacks {wanted!r} here", self._start(), expected=f"{wanted!r}")
        self.position = self._start() + 1

    def _next(self) -> str:
        start = self._start()
        return self.text[start : start + 1]

    def _start(self) -> int:
        position = self.position
        while position < len(self.text) and self.text[position].isspace():
            position += 1
        return position
