"""Compiler of a filter's tree to an SQL condition."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Double, Numeric, and_, case, cast, func, not_, or_, type_coerce
from sqlalchemy.exc import DBAPIError

from api.cql2 import sql_comparison, sql_spatial, sql_temporal
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
    get_children,
)
from api.cql2.custom_functions import build_call
from api.cql2.errors import BadFilter, format_excerpt, format_name_hint
from api.cql2.operations import ARRAY_RELATIONS, INTERVAL_RELATIONS, SPATIAL_RELATIONS, TIME_RELATIONS
from api.cql2.queryables import Queryables, ValueKind
from api.cql2.sql_expression import Expression, combine, refer_to
from api.cql2.sql_spatial import FilterCrs
from api.cql2.sql_types import (
    NUMBER_KINDS,
    SQL_TYPES,
    Items,
    Operand,
    Value,
    bind_literal,
    require_condition,
    require_kind,
)

# The product of sixteen operands of this size still fits in a double.
MAX_OPERAND = 1e19
MAX_LOGARITHM = 43.75
# The SQL of a power repeats its operands several times.
MAX_NESTED_POWERS = 2
Number = ColumnElement[Any]


def build_calculation(node: Operation, operands: list[Operand]) -> Expression:
    """Build the SQL of a calculation.

    Raise BadFilter if an operand is not a number, is too large or too small, or nests powers too deep.
    """
    one, other = (require_kind(operand, NUMBER_KINDS) for operand in operands)
    for each in (one, other):
        _check_size(each)
    if node.op == "^":
        _check_powers(node)
        return combine(node.op, _raise_to_power, one.sql, other.sql)
    function = CALCULATIONS[node.op]
    return combine(node.op, lambda a, b: function(cast(a, Numeric), cast(b, Numeric)), one.sql, other.sql)


def _raise_to_power(base: Number, exponent: Number) -> Number:
    return cast(_compute_power(cast(base, Double), cast(exponent, Double)), Numeric)


def _divide(one: Number, other: Number) -> Number:
    return one / func.nullif(other, 0, type_=Numeric)


def _divide_whole(one: Number, other: Number) -> Number:
    return func.div(one, func.nullif(other, 0), type_=Numeric)


def _compute_remainder(one: Number, other: Number) -> Number:
    return func.mod(one, func.nullif(other, 0), type_=Numeric)


def _compute_power(base: Number, exponent: Number) -> Number:
    logarithm = exponent * func.ln(func.nullif(func.abs(base), 0), type_=Double)
    is_real = or_(base >= 0, exponent == func.trunc(exponent))
    is_bearable = func.coalesce(func.abs(logarithm, type_=Double) < MAX_LOGARITHM, exponent >= 0)
    return case((and_(is_real, is_bearable), func.power(base, exponent, type_=Double)))


CALCULATIONS: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _divide,
    "%": _compute_remainder,
    "div": _divide_whole,
}


def _check_size(number: Value) -> None:
    match number.node:
        case Literal(value=int() | float() as size) if size and not 1 / MAX_OPERAND <= abs(size) <= MAX_OPERAND:
            raise BadFilter("the number is too large or too small to calculate with", number.node.position)


def _check_powers(node: Node, within: int = 0) -> None:
    within += isinstance(node, Operation) and node.op == "^"
    if within > MAX_NESTED_POWERS + 1:
        raise BadFilter("powers are nested too deep", node.position, "at most three nested powers")
    for child in get_children(node):
        _check_powers(child, within)


OperationBuilder = Callable[[Operation, list[Operand]], Expression]
DEFAULT_CRS = FilterCrs()

CONDITION_BUILDERS: Mapping[str, OperationBuilder] = {
    "and": lambda _, operands: combine("and", and_, *map(require_condition, operands)),
    "or": lambda _, operands: combine("or", or_, *map(require_condition, operands)),
    "not": lambda _, operands: combine("not", not_, require_condition(operands[0])),
    "like": sql_comparison.build_like,
    "between": sql_comparison.build_between,
    "in": sql_comparison.build_in,
    "isNull": sql_comparison.build_is_null,
    **dict.fromkeys(sql_comparison.COMPARISON_FUNCTIONS, sql_comparison.compare),
    **dict.fromkeys((f"s_{name}" for name in SPATIAL_RELATIONS), sql_spatial.relate),
    **dict.fromkeys((f"t_{name}" for name in (*TIME_RELATIONS, *INTERVAL_RELATIONS)), sql_temporal.relate),
    **dict.fromkeys((f"a_{name}" for name in ARRAY_RELATIONS), sql_comparison.relate),
}
TEXT_BUILDERS: Mapping[str, OperationBuilder] = {
    "casei": sql_comparison.build_casei,
    "accenti": sql_comparison.build_accenti,
}
NUMBER_BUILDERS: Mapping[str, OperationBuilder] = dict.fromkeys((*CALCULATIONS, "^"), build_calculation)


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
                return Value(node, ValueKind.GEOMETRY, sql_spatial.bind_geometry(node, self.crs))
            case Interval(start=start, end=end):
                return sql_temporal.build_span(node, self._compile_side(start), self._compile_side(end))
            case Array(items=items):
                return Items(node, tuple(map(self.compile_operand, items)))
            case Call(args=args):
                return build_call(node, list(map(self.compile_operand, args)))
            case Operation(op=op, args=args):
                return _apply_operation(node, list(map(self._choose_compiler(op), args)))
        raise TypeError(f"unexpected node {type(node)}")

    def _choose_compiler(self, op: str) -> Callable[[Node], Operand]:
        """Choose how the operands of the operation are compiled: areas have a limit of their own."""
        return self._compile_area_operand if op in sql_spatial.AREA_RELATIONS else self.compile_operand

    def _compile_area_operand(self, node: Node) -> Operand:
        """Compile an operand of a relation to an area of the world."""
        if isinstance(node, Geometry | BoundingBox):
            return Value(node, ValueKind.GEOMETRY, sql_spatial.bind_geometry(node, self.crs, of_a_part=True))
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
