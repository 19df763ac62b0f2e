"""Limits on the size of a filter, checked before the filter costs anything."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from api.cql2.ast import Array, Call, Interval, Literal, Node, Operation, Property, get_children
from api.cql2.errors import BadFilter, Position

ARITHMETIC_OPERATORS = frozenset({"+", "-", "*", "/", "%", "div", "^"})
LIMIT_LABELS = {"operations": "operators and functions", "items": "values in its lists", "calculations": "calculations"}


@dataclass(frozen=True, slots=True)
class FilterLimits:
    """Maximum of each: characters; tokens of the text, and nested brackets; levels of the tree; vertices of one
    geometry; and, in the whole filter, operators and functions, values in lists, and calculations with properties.

    A value calculated from literals alone has its own maximum of as many calculations: the result of fifteen
    calculations with numbers below 1e19 fits in a double.
    """

    characters: int = 16_384
    words: int = 4_000
    brackets: int = 200
    levels: int = 32
    vertices: int = 10_000
    items: int = 2_000
    operations: int = 1_000
    calculations: int = 15

    def check_length(self, text: str, form: str) -> None:
        """Check the number of characters, or raise BadFilter."""
        if len(text) > self.characters:
            raise BadFilter(
                f"the filter has {len(text):,} characters of {form}; the maximum is {self.characters:,}",
                self.characters,
            )

    def check_tokens(self, words: int, brackets: int, position: Position) -> None:
        """Check the number of tokens and of nested brackets, or raise BadFilter."""
        if words > self.words:
            raise BadFilter(f"the filter has more than {self.words:,} tokens", position)
        if brackets > self.brackets:
            raise BadFilter(f"brackets are nested more than {self.brackets} levels deep", position)

    def check_vertices(self, count: int, position: Position) -> None:
        """Check the number of vertices, or raise BadFilter."""
        if count > self.vertices:
            raise BadFilter(f"a geometry has more than {self.vertices:,} vertices; simplify it", position)

    def check_items(self, items: int, position: Position) -> None:
        """Check the number of values in lists, or raise BadFilter."""
        if items > self.items:
            raise BadFilter(f"the filter has more than {self.items:,} {LIMIT_LABELS['items']}", position)

    def check_level(self, level: int, position: Position) -> None:
        """Check the depth of nesting, or raise BadFilter."""
        if level > self.levels:
            raise BadFilter(f"the filter is nested more than {self.levels} levels deep", position)

    def check_tree(self, root: Node) -> None:
        """Check the depth and the counts of the tree, or raise BadFilter. Does not recurse: it protects recursive
        functions from trees that are too deep.
        """
        waiting = [(root, 1, False)]
        counts: Counter[str] = Counter()
        while waiting:
            node, level, is_counted = waiting.pop()
            self.check_level(level, node.position)
            if not isinstance(node, Literal):
                self._count(node, counts)
            if _is_calculation(node) and not is_counted:
                self._count_calculations(node, counts)
                is_counted = True
            waiting += [(child, level + 1, is_counted) for child in get_children(node)]

    def _count(self, node: Node, counts: Counter[str]) -> None:
        counts["operations"] += isinstance(node, Operation | Call | Interval)
        counts["items"] += len(node.items) if isinstance(node, Array) else 0
        for what in ("operations", "items"):
            self._check_number(what, counts[what], node.position)

    def _count_calculations(self, value: Node, counts: Counter[str]) -> None:
        """Count the calculations of a whole value. A value of literals alone does not add to the filter's total."""
        parts = list(_iterate_nodes(value))
        calculations = sum(map(_is_calculation, parts))
        if any(isinstance(part, Property) for part in parts):
            calculations = counts["calculations"] = counts["calculations"] + calculations
        self._check_number("calculations", calculations, value.position)

    def _check_number(self, what: str, number: int, position: Position) -> None:
        if number > getattr(self, what):
            raise BadFilter(f"the filter has more than {getattr(self, what):,} {LIMIT_LABELS[what]}", position)


def _is_calculation(node: Node) -> bool:
    return isinstance(node, Operation) and node.op in ARITHMETIC_OPERATORS


def _iterate_nodes(root: Node) -> Iterator[Node]:
    """Iterate over the node and all its descendants."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += get_children(node)


URL_LIMITS = FilterLimits()
BODY_LIMITS = FilterLimits(characters=1_000_000, words=10_000, vertices=20_000, items=10_000, operations=2_000)
