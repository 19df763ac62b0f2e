"""Compiler of a filter's tree to an SQL condition."""

from collections.abc import Callable, Mapping

from sqlalchemy import and_, not_, or_, type_coerce
from sqlalchemy.exc import DBAPIError

from api.cql2 import sql_arithmetic as arithmetic
from api.cql2 import sql_arrays as sets
from api.cql2 import sql_comparison as scalars
from api.cql2 import sql_comparison as strings
from api.cql2 import sql_spatial as spatial
from api.cql2 import sql_temporal as temporal
from api.cql2.ast import (
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
from api.cql2.custom_functions import build_call
from api.cql2.errors import BadFilter, format_excerpt, format_name_hint
from api.cql2.operations import ARRAY_RELATIONS, INTERVAL_RELATIONS, SPATIAL_RELATIONS, TIME_RELATIONS
from api.cql2.queryables import Queryables, ValueKind
from api.cql2.sql_arithmetic import CALCULATIONS
from api.cql2.sql_expression import Expression, combine, refer_to
from api.cql2.sql_spatial import FilterCrs
from api.cql2.sql_types import SQL_TYPES, Items, Operand, Value, bind_literal, require_condition

OperationBuilder = Callable[[Operation, list[Operand]], Expression]
DEFAULT_CRS = FilterCrs()

CONDITION_BUILDERS: Mapping[str, OperationBuilder] = {
    "and": lambda _, operands: combine("and", and_, *map(require_condition, operands)),
    "or": lambda _, operands: combine("or", or_, *map(require_condition, operands)),
    "not": lambda _, operands: combine("not", not_, require_condition(operands[0])),
    "like": scalars.build_like,
    "between": scalars.build_between,
    "in": scalars.build_in,
    "isNull": scalars.build_is_null,
    **dict.fromkeys(scalars.COMPARISON_FUNCTIONS, scalars.compare),
    **dict.fromkeys((f"s_{name}" for name in SPATIAL_RELATIONS), spatial.relate),
    **dict.fromkeys((f"t_{name}" for name in (*TIME_RELATIONS, *INTERVAL_RELATIONS)), temporal.relate),
    **dict.fromkeys((f"a_{name}" for name in ARRAY_RELATIONS), sets.relate),
}
TEXT_BUILDERS: Mapping[str, OperationBuilder] = {"casei": strings.build_casei, "accenti": strings.build_accenti}
NUMBER_BUILDERS: Mapping[str, OperationBuilder] = dict.fromkeys((*CALCULATIONS, "^"), arithmetic.build_calculation)


def compile_filter(node: Node, queryables: Queryables, crs: FilterCrs = DEFAULT_CRS) -> Expression:
    """Build the SQL condition that an item matches the filter. The client's input enters it as bound values only.

    `crs` is the system of the filter's geometries; the geometries of the items are in EPSG:4326. Raise BadFilter for
    unknown names and for operands that do not fit their operator.
    """
    return require_condition(_Compiler(queryables, crs).compile_operand(node))


def is_filter_error(error: DBAPIError) -> bool:
    """Return whether data of the filter caused the database error: coordinates outside their reference system, or too
    large a number.
    """
    return str(getattr(error.orig, "sqlstate", "")).startswith("22") or "transform: " in str(error.orig)


class _Compiler:
    def __init__(self, queryables: Queryables, crs: FilterCrs) -> None:
        self.queryables = queryables
        self.crs = crs

    def compile_operand(self, node: Node) -> Operand:  # noqa: PLR0911 - a case for each kind of node
        match node:
            case Literal(value=literal) | Instant(value=literal):
                return bind_literal(node, literal)
            case Property():
                return self._resolve_property(node)
            case Geometry() | BoundingBox():
                return Value(node, ValueKind.GEOMETRY, spatial.bind_geometry(node, self.crs))
            case Interval(start=start, end=end):
                return temporal.build_span(node, self._compile_side(start), self._compile_side(end))
            case Array(items=items):
                return Items(node, tuple(map(self.compile_operand, items)))
            case Call(args=args):
                return build_call(node, list(map(self.compile_operand, args)))
            case Operation(op=op, args=args):
                return _apply_operation(
                    node,
                    list(
                        map(self._compile_area_operand if op in spatial.AREA_RELATIONS else self.compile_operand, args)
                    ),
                )
        raise TypeError(f"unexpected node {type(node)}")

    def _compile_area_operand(self, node: Node) -> Operand:
        """Compile an operand of a relation to an area of the world."""
        if isinstance(node, Geometry | BoundingBox):
            return Value(node, ValueKind.GEOMETRY, spatial.bind_geometry(node, self.crs, of_a_part=True))
        return self.compile_operand(node)

    def _compile_side(self, side: Node | None) -> Operand | None:
        return None if side is None else self.compile_operand(side)

    def _resolve_property(self, node: Property) -> Value:
        queryable = self.queryables.get(node.name)
        if queryable is None:
            hint = format_name_hint(node.name, self.queryables)
            raise BadFilter(f"unknown property {format_excerpt(node.name)}{hint}", node.position)
        # SQLAlchemy sends a value in the type of the column beside it, and does not infer the type of every function.
        column = (
            queryable.column
            if queryable.kind is ValueKind.GEOMETRY
            else type_coerce(queryable.column, SQL_TYPES[queryable.kind])
        )
        return Value(node, queryable.kind, refer_to(node.name, column), queryable.is_day_after)


def _apply_operation(node: Operation, operands: list[Operand]) -> Value:
    for kind, builds in (
        (ValueKind.BOOLEAN, CONDITION_BUILDERS),
        (ValueKind.STRING, TEXT_BUILDERS),
        (ValueKind.NUMBER, NUMBER_BUILDERS),
    ):
        if node.op in builds:
            return Value(node, kind, builds[node.op](node, operands))
    raise TypeError(f"unknown operator {node.op}")
