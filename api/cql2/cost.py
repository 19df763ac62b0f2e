"""Estimate of a filter's cost to the database, from its tree, before any query runs.

The weights are microseconds of a processor for one item, measured with filters of many such operators on the first
shipped register (9,039 points, 250 countries, PostgreSQL 15), counting and page together. They are for the worst case:
every operator is evaluated for every item.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from api.cql2.ast import (
    Array,
    BoundingBox,
    Call,
    Coordinates,
    Geometry,
    Literal,
    Node,
    Operation,
    Property,
    get_children,
)
from api.cql2.errors import BadFilter

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
RELATION_WEIGHTS = {"s_": 0.4, "t_": 0.4, "a_": 0.3}
LIST_VALUE_WEIGHT = 0.015
WILDCARD_WEIGHT = 0.01
# Per character of a text.
CHARACTER_WEIGHTS: Mapping[str, float] = {"casei": 0.09, "accenti": 0.14}
PROPERTY_CHARACTERS = 18
# Per vertex: of the item's geometry, and of a literal geometry, which is read once but compared each time.
VERTEX_WEIGHTS: Mapping[str, tuple[float, float]] = {"centroid": (0.09, 0.09), "distance": (1.1, 0.3)}
RELATION_VERTEX_WEIGHTS = (0.6, 0.08)
# Per vertex, if both geometries are the item's.
VERTEX_PAIR_WEIGHT = 3.7
# Operators with SQL that repeats their operands.
OPERAND_REPEATS: Mapping[str, int] = {"^": 3, "between": 2, "a_equals": 2, "t_disjoint": 2, "t_equals": 2}


@dataclass(frozen=True, slots=True)
class CollectionSize:
    """Approximate number of items in a collection, and of vertices in one item's geometry."""

    items: int = 10_000
    vertices: int = 1


def check_cost(root: Node, size: CollectionSize, most_s: float) -> None:
    """Check that the filter costs at most `most_s` seconds of a processor, or raise BadFilter with the most expensive
    operator.
    """
    costs_s = {name: us * size.items / 1e6 for name, us in estimate_costs(root, size).items()}
    total_s = sum(costs_s.values())
    if total_s > most_s:
        worst = max(costs_s, key=costs_s.__getitem__)
        raise BadFilter(
            f"the filter would take about {total_s:.0f} s of a processor, {costs_s[worst]:.0f} of them for {worst}; "
            f"the maximum is {most_s:g} s: use it less often, or use geometries with fewer vertices",
            root.position,
        )


def estimate_costs(root: Node, size: CollectionSize) -> Mapping[str, float]:
    """Return the microseconds for one item, by the name of the operator or function."""
    totals: defaultdict[str, float] = defaultdict(float)
    waiting = [(root, 1)]
    while waiting:
        node, times = waiting.pop()
        if isinstance(node, Operation | Call):
            name = _get_name(node)
            totals[name] += times * _estimate_own_cost(node, name, size)
            times *= OPERAND_REPEATS.get(name, 1)
        waiting += [(child, times) for child in get_children(node)]
    return totals


def _get_name(node: Operation | Call) -> str:
    return (node.op if isinstance(node, Operation) else node.name).lower()


def _estimate_own_cost(node: Operation | Call, name: str, size: CollectionSize) -> float:
    """Return the cost of the operator without the cost of its operands."""
    if name in CHARACTER_WEIGHTS:
        return CHARACTER_WEIGHTS[name] * _count_characters(node)
    if name.startswith("s_") or name in VERTEX_WEIGHTS:
        return WEIGHTS.get(name, RELATION_WEIGHTS["s_"]) + _estimate_vertex_cost(node, name, size)
    weight = WEIGHTS.get(name, RELATION_WEIGHTS.get(name[:2], max(WEIGHTS.values())))
    list_values = sum(len(arg.items) for arg in node.args if isinstance(arg, Array))
    wildcards = _count_wildcards(node.args[1]) if name == "like" else 0
    return weight + LIST_VALUE_WEIGHT * list_values + WILDCARD_WEIGHT * wildcards


def _count_characters(node: Node) -> int:
    """Count the characters of a text; a property counts with its average length."""
    match node:
        case Literal(value=str() as text):
            return len(text)
        case Property():
            return PROPERTY_CHARACTERS
    return sum(map(_count_characters, get_children(node)))


def _count_wildcards(pattern: Node) -> int:
    match pattern:
        case Literal(value=str() as text):
            return text.count("%")
    return sum(map(_count_wildcards, get_children(pattern)))


def _estimate_vertex_cost(node: Operation | Call, name: str, size: CollectionSize) -> float:
    of_item, of_literal = VERTEX_WEIGHTS.get(name, RELATION_VERTEX_WEIGHTS)
    own = [_count_item_vertices(arg, size) for arg in node.args]
    literal = [_count_literal_vertices(arg) for arg in node.args]
    if name.startswith("s_") and sum(vertices > 1 for vertices in own) > 1:
        return VERTEX_PAIR_WEIGHT * sum(own)
    cost = of_item * sum(vertices for vertices in own if vertices > 1) + of_literal * sum(literal)
    both = len([vertices for vertices in (*own, *literal) if vertices > 1]) > 1
    return 2 * cost if both and name == "distance" else cost


def _count_item_vertices(node: Node, size: CollectionSize) -> int:
    """Count the vertices of the item's geometry in this operand; a centroid has one."""
    return size.vertices if isinstance(node, Property) else 1


def _count_literal_vertices(node: Node) -> int:
    match node:
        case BoundingBox():
            return 5
        case Geometry(coordinates=coordinates):
            return _count_vertices(coordinates)
    return 0


def _count_vertices(coordinates: Coordinates) -> int:
    """Count the vertices in nested coordinates; the coordinates of a collection are its geometries."""
    if coordinates and isinstance(coordinates[0], float):
        return 1
    return sum(
        _count_literal_vertices(part) if isinstance(part, Geometry) else _count_vertices(part) for part in coordinates
    )
