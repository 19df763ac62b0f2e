"""Checks that coordinates form a geometry, for every input format."""

import math
from collections.abc import Iterator

from api.cql2.bad_filter import BadFilter, Position
from api.cql2.tree import BoundingBox, Coordinates, Geometry


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
