"""Syntax tree of a filter, the result of both parsers.

Two trees are equal if their operations are equal and in the same order; positions do not count.
"""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from api.cql2.errors import BadFilter, Position

Coordinates = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Part of a filter. `position` is its start."""

    position: Position = field(compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """Text, number or truth value; its class distinguishes `1` from `True`."""

    value: str | int | float | bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and (type(self.value), self.value) == (type(other.value), other.value)

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Instant(Node):
    """Day, or moment in UTC."""

    value: dt.date | dt.datetime


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """Interval from `start` to `end`, both included; None for an open side."""

    start: Node | None
    end: Node | None


@dataclass(frozen=True, slots=True)
class Geometry(Node):
    """Geometry by its GeoJSON type and coordinates, nested as in GeoJSON; the coordinates of a collection are
    `Geometry` nodes.
    """

    type: str
    coordinates: Coordinates


@dataclass(frozen=True, slots=True)
class BoundingBox(Node):
    """Box of four numbers, or six with heights. If the first exceeds the last, it crosses the antimeridian."""

    corners: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Property(Node):
    """Property of an item, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Array(Node):
    """Set of values; the order does not matter."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """Operator or function of the standard, by its name in JSON. The items of `in` are an `Array`."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """Call of a custom function."""

    name: str
    args: tuple[Node, ...]


def get_children(node: Node) -> tuple[Node, ...]:
    """Return the direct children of the node."""
    match node:
        case Operation(args=args) | Call(args=args) | Array(items=args):
            return args
        case Interval(start=start, end=end):
            return tuple(side for side in (start, end) if side is not None)
    return ()


def build_geometry(kind: str, coordinates: Coordinates, position: Position) -> Geometry:
    """Build the geometry. Raise BadFilter if a number is not finite, a line has one vertex, or a ring is not closed."""
    for vertex in _iterate_vertices(coordinates):
        if not all(map(math.isfinite, vertex)):
            raise BadFilter("a coordinate is too large", position)
    for line in _iterate_lines(coordinates) if "LineString" in kind else ():
        if len(line) < 2:
            raise BadFilter("a line has at least two vertices", position)
    for ring in _iterate_lines(coordinates) if "Polygon" in kind else ():
        _check_ring(ring, position)
    return Geometry(kind, coordinates, position=position)


def build_bounding_box(corners: Coordinates, position: Position) -> BoundingBox:
    """Build the box, or raise BadFilter if it has not 4 or 6 finite numbers."""
    if len(corners) not in {4, 6}:
        raise BadFilter(f"a box has 4 numbers, or 6 with heights, not {len(corners)}", position)
    if not all(map(math.isfinite, corners)):
        raise BadFilter("a number of the box is too large", position)
    return BoundingBox(corners, position=position)


def _check_ring(ring: Coordinates, position: Position) -> None:
    if len(ring) < 4:
        raise BadFilter("a ring of a polygon has at least four vertices", position)
    if ring[0][:2] != ring[-1][:2]:
        raise BadFilter("a ring of a polygon ends where it starts", position)


def _iterate_lines(coordinates: Coordinates) -> Iterator[Coordinates]:
    """Iterate over the lists of vertices, at any depth."""
    if isinstance(coordinates[0][0], float):
        yield coordinates
    else:
        for part in coordinates:
            yield from _iterate_lines(part)


def _iterate_vertices(coordinates: Coordinates) -> Iterator[Coordinates]:
    if isinstance(coordinates[0], float):
        yield coordinates
    else:
        for part in _iterate_lines(coordinates):
            yield from part
