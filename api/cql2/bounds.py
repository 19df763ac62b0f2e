"""How large a filter may be: what is beyond is refused before it costs anything."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from api.cql2.bad_filter import BadFilter, Position
from api.cql2.tree import Array, Call, Interval, Literal, Node, Operation, Property, children

ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "div", "^"})
NAMES = {"operations": "operators and functions", "items": "values in its lists", "calculations": "calculations"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that there may be of each: characters; words of the text, and brackets within brackets; levels of the
    tree; vertices of one geometry; and in the whole filter operators and functions, values in lists, and calculations
    with properties.

    A value that is calculated of literals alone may have as many calculations by itself: fifteen of numbers below 1e19
    stay within the numbers that a double can hold.
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
        """Raises BadFilter."""
        if len(text) > self.characters:
            raise BadFilter(
                f"the filter has {len(text):,} characters of {form}; {self.characters:,} is the most", self.characters
            )

    def check_words(self, words: int, brackets: int, position: Position) -> None:
        """Raises BadFilter."""
        if words > self.words:
            raise BadFilter(f"the filter has more than {self.words:,} words", position)
        if brackets > self.brackets:
            raise BadFilter(f"there are more than {self.brackets} brackets within brackets", position)

    def check_vertices(self, count: int, position: Position) -> None:
        """Raises BadFilter."""
        if count > self.vertices:
            raise BadFilter(f"a geometry has more than {self.vertices:,} vertices; simplify it", position)

    def check_items(self, items: int, position: Position) -> None:
        """Raises BadFilter."""
        if items > self.items:
            raise BadFilter(f"the filter has more than {self.items:,} {NAMES['items']}", position)

    def check_level(self, level: int, position: Position) -> None:
        """Raises BadFilter."""
        if level > self.levels:
            raise BadFilter(f"the filter is nested more than {self.levels} levels deep", position)

    def check_tree(self, root: Node) -> None:
        """Raises BadFilter. Does not recurse, since it is there to keep others from recursing too deep."""
        waiting = [(root, 1, False)]
        found: Counter[str] = Counter()
        while waiting:
            node, level, is_counted = waiting.pop()
            self.check_level(level, node.position)
            if not isinstance(node, Literal):
                self._count(node, found)
            if _is_calculation(node) and not is_counted:
                self._count_calculations(node, found)
                is_counted = True
            waiting += [(child, level + 1, is_counted) for child in children(node)]

    def _count(self, node: Node, found: Counter[str]) -> None:
        found["operations"] += isinstance(node, Operation | Call | Interval)
        found["items"] += len(node.items) if isinstance(node, Array) else 0
        for what in ("operations", "items"):
            self._check_number(what, found[what], node.position)

    def _count_calculations(self, value: Node, found: Counter[str]) -> None:
        """Count those of a whole value: of literals alone they do not add to others in the filter."""
        parts = list(_parts(value))
        calculations = sum(map(_is_calculation, parts))
        if any(isinstance(part, Property) for part in parts):
            calculations = found["calculations"] = found["calculations"] + calculations
        self._check_number("calculations", calculations, value.position)

    def _check_number(self, what: str, number: int, position: Position) -> None:
        if number > getattr(self, what):
            raise BadFilter(f"the filter has more than {getattr(self, what):,} {NAMES[what]}", position)


def _is_calculation(node: Node) -> bool:
    return isinstance(node, Operation) and node.op in ARITHMETIC


def _parts(root: Node) -> Iterator[Node]:
    """The node and all that it is made of."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)


IN_AN_ADDRESS = Bounds()
IN_A_BODY = Bounds(characters=1_000_000, words=10_000, vertices=20_000, items=10_000, operations=2_000)
