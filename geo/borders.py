"""Borders between shapes, and their coasts, each as one line: neighbours drawn one by one have their border twice."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import shapely  # type: ignore[import-untyped]

Vertex = tuple[float, float]
# From the lesser vertex to the greater.
Edge = tuple[Vertex, Vertex]
# The shape on each side, in the order of the alphabet; a coast has one.
Sides = tuple[str, ...]
EdgeOwners = Mapping[Edge, str]
# About 50 m. Some shapes were drawn separately from their neighbours, and lie up to this distance from them.
NEAR_DEGREES = 0.0005
# Between shapes that leave out a piece of land; the Caspian Sea is a coast, of 43.
MAX_GAP_SQUARE_DEGREES = 1.0


def assign_sides(shapes: Mapping[str, Any], owners: EdgeOwners) -> Iterator[tuple[Edge, Sides]]:
    """Yield the edges with their sides. Of a border that two shapes drew differently, yield only the simpler line."""
    near = _find_neighbours(shapes, owners) if owners else {}
    yield from _choose_simpler_lines(near, owners)
    coast = {edge: owner for edge, owner in owners.items() if edge not in near}
    across = _find_gap_neighbours(shapes, coast)
    for edge, owner in coast.items():
        yield edge, _build_sides(owner, across.get(edge, owner))


def merge_edges(edges: list[Edge]) -> list[Any]:
    """Merge the edges into line strings, each as long as possible without a fork."""
    if not edges:
        return []
    runs = [shapely.linestrings(run) for run in _iterate_runs(edges)]
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(runs))))


def _iterate_runs(edges: list[Edge]) -> Iterator[list[Vertex]]:
    """Yield the vertices of consecutive edges of the list, up to a fork or until they close.

    Shapely merges edges in any order, but for 250,000 of them takes ten times as long.
    """
    ends = Counter(vertex for edge in edges for vertex in edge)
    run = list(edges[0])
    for start, end in edges[1:]:
        if len(run) == 2 and run[0] in {start, end}:
            run.reverse()
        last = run[-1]
        if last in {start, end} and ends[last] == 2 and run[0] != last:
            run.append(end if start == last else start)
        else:
            yield run
            run = [start, end]
    yield run


def _build_sides(one: str, other: str) -> Sides:
    return tuple(sorted({one, other}))


def _find_neighbours(shapes: Mapping[str, Any], owners: EdgeOwners) -> dict[Edge, str]:
    """Find another shape that contains the middle of an edge, or lies near it."""
    edges, names = list(owners), list(shapes)
    places = {name: place for place, name in enumerate(names)}
    own = np.array([places[owner] for owner in owners.values()])
    middles = shapely.line_interpolate_point(shapely.linestrings(np.array(edges)), 0.5, normalized=True)
    tree = shapely.STRtree(middles)
    reaching, reached = tree.query(list(shapes.values()), predicate="dwithin", distance=NEAR_DEGREES)
    of_others = own[reached] != reaching
    return {edges[i]: names[k] for k, i in zip(reaching[of_others], reached[of_others], strict=True)}


def _choose_simpler_lines(near: Mapping[Edge, str], owners: EdgeOwners) -> Iterator[tuple[Edge, Sides]]:
    """Choose one of the two drawings of each border: the drawing of fewer edges, as moving a border adds edges."""
    drawings: dict[Sides, dict[str, list[Edge]]] = defaultdict(lambda: defaultdict(list))
    for edge, other in near.items():
        drawings[_build_sides(owners[edge], other)][owners[edge]].append(edge)
    for sides, by_owner in drawings.items():
        yield from ((edge, sides) for edge in min(by_owner.values(), key=len))


def _find_gap_neighbours(shapes: Mapping[str, Any], coast: EdgeOwners) -> dict[Edge, str]:
    """Find the shape across a small gap that several shapes enclose: no sea, but land that all of them left out."""
    ground = shapely.STRtree(list(shapes.values()))
    across: dict[Edge, str] = {}
    for ring in merge_edges(list(coast)):
        edges = [(start, end) if start < end else (end, start) for start, end in pairwise(ring.coords)]
        counts = Counter(coast[edge] for edge in edges)
        # Of equal counts, the first of the alphabet: the start of a ring must not decide.
        most = sorted(counts, key=lambda owner: (-counts[owner], owner))[:2]
        if len(most) == 2 and ring.is_closed and _is_gap(shapely.Polygon(ring), ground):
            across |= {edge: most[coast[edge] == most[0]] for edge in edges}
    return across


def _is_gap(inside: Any, ground: Any) -> bool:  # noqa: ANN401 - a polygon, a tree of shapes
    if inside.area > MAX_GAP_SQUARE_DEGREES:
        return False
    return not len(ground.query(inside.point_on_surface(), predicate="within"))


MAX_PIECE_VERTICES = 256


def build_line_pieces(lines: Iterable[Any]) -> list[Any]:
    """Merge the line strings and multi line strings into line strings of at most 256 vertices."""
    parts = shapely.get_parts(list(lines))
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return [piece for line in joined for piece in cut_into_pieces(line)]


def cut_into_pieces(line: Any) -> list[Any]:  # noqa: ANN401 - a line string
    """Cut the line string into line strings of at most 256 vertices, each beginning where the one before ends."""
    vertices = shapely.get_coordinates(line)
    if len(vertices) <= MAX_PIECE_VERTICES:
        return [line]
    step = MAX_PIECE_VERTICES - 1
    return [shapely.linestrings(vertices[start : start + step + 1]) for start in range(0, len(vertices) - 1, step)]


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
