"""Estimate of a filter's cost to the database, from its tree, before any query runs.

The weights are microseconds of a processor for one item, measured with filters of many such operators on the first
shipped register (9,039 points, 250 countries, PostgreSQL 15), counting and page together. They are for the worst case:
every operator is evaluated for every item.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from api.cql2.bad_filter import BadFilter
from api.cql2.tree import Array, BoundingBox, Call, Coordinates, Geometry, Literal, Node, Operation, Property, children

# Microseconds by the name of the operator or function in the tree, in lower case.
WEIGHTS: Mapping[str, float] = {
    **dict.fromkeys(("and", "or", "not", "isnull"), 0.02),
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">=", "between", "in"), 0.1),
    "like": 0.15,
    **dict.fromkeys(("+", "-", "*", "/", "%", "div"), 0.5),
    "^": 1.5,
    **dict.fromkeys(("year", "month", "day", "length", "size", "abs"), 0.4),
    "centroid": 0.6,
    "distance": 2.7,
}
OF_A_RELATION = {"s_": 0.4, "t_": 0.4, "a_": 0.3}
OF_A_LISTED_VALUE = 0.015
OF_A_WILDCARD = 0.01
# Per character of a text.
OF_TEXT: Mapping[str, float] = {"casei": 0.09, "accenti": 0.14}
CHARACTERS_OF_A_PROPERTY = 18
# Per vertex: of the item's geometry, and of a literal geometry, which is read once but compared each time.
OF_A_VERTEX: Mapping[str, tuple[float, float]] = {"centroid": (0.09, 0.09), "distance": (1.1, 0.3)}
OF_A_VERTEX_IN_A_RELATION = (0.6, 0.08)
# Per vertex, if both geometries are the item's.
OF_A_VERTEX_OF_TWO = 3.7
# Operators with SQL that repeats their operands.
REPEATED: Mapping[str, int] = {"^": 3, "between": 2, "a_equals": 2, "t_disjoint": 2, "t_equals": 2}


@dataclass(frozen=True, slots=True)
class Size:
    """Approximate number of items in a collection, and of vertices in one item's geometry."""

    items: int = 10_000
    vertices: int = 1


def check_cost(root: Node, size: Size, most_s: float) -> None:
    """Check that the filter costs at most `most_s` seconds of a processor, or raise BadFilter with the most expensive
    operator.
    """
    costs_s = {name: us * size.items / 1e6 for name, us in costs(root, size).items()}
    total_s = sum(costs_s.values())
    if total_s > most_s:
        worst = max(costs_s, key=costs_s.__getitem__)
        raise BadFilter(
            f"the filter would take about {total_s:.0f} s of a processor, {costs_s[worst]:.0f} of them for {worst};"
            f" {most_s:g} s is the most: use it less often, or with geometries of fewer vertices",
            root.position,
        )


def costs(root: Node, size: Size) -> Mapping[str, float]:
    """Return the microseconds for one item, by the name of the operator or function."""
    totals: defaultdict[str, float] = defaultdict(float)
    waiting = [(root, 1)]
    while waiting:
        node, times = waiting.pop()
        if isinstance(node, Operation | Call):
            name = _name(node)
            totals[name] += times * _own_cost(node, name, size)
            times *= REPEATED.get(name, 1)
        waiting += [(child, times) for child in children(node)]
    return totals


def _name(node: Operation | Call) -> str:
    return (node.op if isinstance(node, Operation) else node.name).lower()


def _own_cost(node: Operation | Call, name: str, size: Size) -> float:
    """Return the cost of the operator without the cost of its operands."""
    if name in OF_TEXT:
        return OF_TEXT[name] * _characters(node)
    if name.startswith("s_") or name in OF_A_VERTEX:
        return WEIGHTS.get(name, OF_A_RELATION["s_"]) + _cost_of_vertices(node, name, size)
    weight = WEIGHTS.get(name, OF_A_RELATION.get(name[:2], max(WEIGHTS.values())))
    list_values = sum(len(arg.items) for arg in node.args if isinstance(arg, Array))
    wildcards = _wildcards(node.args[1]) if name == "like" else 0
    return weight + OF_A_LISTED_VALUE * list_values + OF_A_WILDCARD * wildcards


def _characters(node: Node) -> int:
    """Count the characters of a text; a property counts with its average length."""
    match node:
        case Literal(value=str() as text):
            return len(text)
        case Property():
            return CHARACTERS_OF_A_PROPERTY
    return sum(map(_characters, children(node)))


def _wildcards(pattern: Node) -> int:
    match pattern:
        case Literal(value=str() as text):
            return text.count("%")
    return sum(map(_wildcards, children(pattern)))


def _cost_of_vertices(node: Operation | Call, name: str, size: Size) -> float:
    of_item, of_literal = OF_A_VERTEX.get(name, OF_A_VERTEX_IN_A_RELATION)
    own = [_vertices_of_item(arg, size) for arg in node.args]
    literal = [_vertices_written(arg) for arg in node.args]
    if name.startswith("s_") and sum(vertices > 1 for vertices in own) > 1:
        return OF_A_VERTEX_OF_TWO * sum(own)
    cost = of_item * sum(vertices for vertices in own if vertices > 1) + of_literal * sum(literal)
    both = len([vertices for vertices in (*own, *literal) if vertices > 1]) > 1
    return 2 * cost if both and name == "distance" else cost


def _vertices_of_item(node: Node, size: Size) -> int:
    """Count the vertices of the item's geometry in this operand; a centroid has one."""
    return size.vertices if isinstance(node, Property) else 1


def _vertices_written(node: Node) -> int:
    match node:
        case BoundingBox():
            return 5
        case Geometry(coordinates=coordinates):
            return _count(coordinates)
    return 0


def _count(coordinates: Coordinates) -> int:
    """Count the vertices in nested coordinates; the coordinates of a collection are its geometries."""
    if coordinates and isinstance(coordinates[0], float):
        return 1
    return sum(_vertices_written(part) if isinstance(part, Geometry) else _count(part) for part in coordinates)
