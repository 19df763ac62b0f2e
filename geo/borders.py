"""Borders between shapes, and their coasts, each as one line: neighbours drawn one by one have their border twice."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import shapely  # type: ignore[import-untyped]

from geo.line_pieces import cut_into_pieces
from geo.unshared_edges import Edge, Sides, Vertex, assign_sides, merge_edges


def build_border_pieces(shapes: Mapping[str, Any]) -> list[tuple[Sides, Any]]:
    """Build line strings of at most 256 vertices, each with its sides, from polygons and multipolygons in degrees.

    Short pieces let an index find the few lines that a small box needs.
    """
    lines = [(sides, line) for sides, edges in _group_edges(shapes).items() for line in merge_edges(edges)]
    return [(sides, piece) for sides, line in lines for piece in cut_into_pieces(line)]


def _group_edges(shapes: Mapping[str, Any]) -> dict[Sides, list[Edge]]:
    by_sides: dict[Sides, list[Edge]] = defaultdict(list)
    unshared: dict[Edge, str] = {}
    for edge, names in _collect_edges(shapes).items():
        if len(names) == 1:
            unshared[edge] = names.pop()
        else:
            by_sides[tuple(sorted(names)[:2])].append(edge)
    for edge, sides in assign_sides(shapes, unshared):
        by_sides[sides].append(edge)
    return by_sides


def _collect_edges(shapes: Mapping[str, Any]) -> dict[Edge, set[str]]:
    """Collect the edges of all rings, in either direction, with the shapes that share each; leave out map edges."""
    edges: dict[Edge, set[str]] = defaultdict(set)
    for name, shape in shapes.items():
        for ring in shapely.get_rings(shapely.get_parts(shape)):
            for start, end in pairwise(ring.coords):
                edges[(start, end) if start < end else (end, start)].add(name)
    return {edge: names for edge, names in edges.items() if not _is_map_edge(*edge)}


def _is_map_edge(start: Vertex, end: Vertex) -> bool:
    """Return whether the edge exists only because a map ends at 180 degrees or at the south pole."""
    return start[0] == end[0] in {-180, 180} or start[1] == end[1] == -90
