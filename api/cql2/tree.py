"""The tree of a filter: what both forms are read into.

Two trees are equal when they ask the same in the same order, wherever their parts stood in what was written.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from api.cql2.bad_filter import Position

Coordinates = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of a filter. `position` is where it starts."""

    position: Position = field(compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """Text, a number or a truth value; which of them `1` and `True` are is told by their class."""

    value: str | int | float | bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and (type(self.value), self.value) == (type(other.value), other.value)

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Instant(Node):
    """A day, or a moment in UTC."""

    value: dt.date | dt.datetime


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """From `start` to `end`, both included; None where that side is open."""

    start: Node | None
    end: Node | None


@dataclass(frozen=True, slots=True)
class Geometry(Node):
    """A geometry by its GeoJSON type and coordinates, nested as there; a collection has its Geometry instead."""

    type: str
    coordinates: Coordinates


@dataclass(frozen=True, slots=True)
class BoundingBox(Node):
    """Four numbers, or six with heights. Where the first is greater than the last, it crosses the antimeridian."""

    corners: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Property(Node):
    """What an item is asked for, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Array(Node):
    """A set of values; the order does not matter."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """An operator or function of the standard, by its name in JSON. The items of `in` are an Array."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of ours."""

    name: str
    args: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """The parts that the node is made of."""
    match node:
        case Operation(args=args) | Call(args=args) | Array(items=args):
            return args
        case Interval(start=start, end=end):
            return tuple(side for side in (start, end) if side is not None)
    return ()
