"""Compiler of a filter's tree to an SQL condition."""

from collections.abc import Callable, Mapping

from sqlalchemy import and_, not_, or_, type_coerce
from sqlalchemy.exc import DBAPIError

from api.cql2 import arithmetic, scalars, sets, spatial, strings, temporal
from api.cql2.arithmetic import CALCULATED
from api.cql2.bad_filter import BadFilter, did_you_mean, shown
from api.cql2.expression import Expression, combine, refer_to
from api.cql2.operands import TYPES, Items, Operand, Value, bound, condition
from api.cql2.operations import OF_ALL_TIMES, OF_INTERVALS, SETS, SPATIAL
from api.cql2.our_functions import call
from api.cql2.queryables import Kind, Queryables
from api.cql2.spatial import FilterCrs
from api.cql2.tree import (
    Array,
    BoundingBox,
    Call,
    Geometry,
    Instant,
    Interval,
    Literal,
    Node,
    Operation,
    Property,
)

Build = Callable[[Operation, list[Operand]], Expression]
IN_DEGREES = FilterCrs()

CONDITIONS: Mapping[str, Build] = {
    "and": lambda _, operands: combine("and", and_, *map(condition, operands)),
    "or": lambda _, operands: combine("or", or_, *map(condition, operands)),
    "not": lambda _, operands: combine("not", not_, condition(operands[0])),
    "like": scalars.like,
    "between": scalars.between,
    "in": scalars.is_in,
    "isNull": scalars.is_null,
    **dict.fromkeys(scalars.COMPARED, scalars.compare),
    **dict.fromkeys((f"s_{name}" for name in SPATIAL), spatial.relate),
    **dict.fromkeys((f"t_{name}" for name in (*OF_ALL_TIMES, *OF_INTERVALS)), temporal.relate),
    **dict.fromkeys((f"a_{name}" for name in SETS), sets.relate),
}
TEXTS: Mapping[str, Build] = {"casei": strings.casei, "accenti": strings.accenti}
NUMBERS: Mapping[str, Build] = dict.fromkeys((*CALCULATED, "^"), arithmetic.calculate)


def compile_filter(node: Node, queryables: Queryables, crs: FilterCrs = IN_DEGREES) -> Expression:
    """Build the SQL condition that an item matches the filter. The client's input enters it as bound values only.

    `crs` is the system of the filter's geometries; the geometries of the items are in EPSG:4326. Raise BadFilter for
    unknown names and for operands that do not fit their operator.
    """
    return condition(_Compiler(queryables, crs).operand(node))


def caused_by_filter(error: DBAPIError) -> bool:
    """Return whether data of the filter caused the database error: coordinates outside their reference system, or too
    large a number.
    """
    return str(getattr(error.orig, "sqlstate", "")).startswith("22") or "transform: " in str(error.orig)


class _Compiler:
    def __init__(self, queryables: Queryables, crs: FilterCrs) -> None:
        self.queryables = queryables
        self.crs = crs

    def operand(self, node: Node) -> Operand:  # noqa: PLR0911 - a case for each kind of node
        match node:
            case Literal(value=literal) | Instant(value=literal):
                return bound(node, literal)
            case Property():
                return self._property(node)
            case Geometry() | BoundingBox():
                return Value(node, Kind.GEOMETRY, spatial.literal_geometry(node, self.crs))
            case Interval(start=start, end=end):
                return temporal.span(node, self._side(start), self._side(end))
            case Array(items=items):
                return Items(node, tuple(map(self.operand, items)))
            case Call(args=args):
                return call(node, list(map(self.operand, args)))
            case Operation(op=op, args=args):
                return _applied(node, list(map(self._part if op in spatial.OF_A_PART else self.operand, args)))
        raise TypeError(f"{type(node)} is no part of a filter")

    def _part(self, node: Node) -> Operand:
        """Compile an operand of a relation to an area of the world."""
        if isinstance(node, Geometry | BoundingBox):
            return Value(node, Kind.GEOMETRY, spatial.literal_geometry(node, self.crs, of_a_part=True))
        return self.operand(node)

    def _side(self, side: Node | None) -> Operand | None:
        return None if side is None else self.operand(side)

    def _property(self, node: Property) -> Value:
        queryable = self.queryables.get(node.name)
        if queryable is None:
            hint = did_you_mean(node.name, self.queryables)
            raise BadFilter(f"there is no property {shown(node.name)}{hint}", node.position)
        # SQLAlchemy sends a value in the type of the column beside it, and does not infer the type of every function.
        column = (
            queryable.column
            if queryable.kind is Kind.GEOMETRY
            else type_coerce(queryable.column, TYPES[queryable.kind])
        )
        return Value(node, queryable.kind, refer_to(node.name, column), queryable.is_day_after)


def _applied(node: Operation, operands: list[Operand]) -> Value:
    for kind, builds in ((Kind.BOOLEAN, CONDITIONS), (Kind.STRING, TEXTS), (Kind.NUMBER, NUMBERS)):
        if node.op in builds:
            return Value(node, kind, builds[node.op](node, operands))
    raise TypeError(f"{node.op} is no operator of a filter")
