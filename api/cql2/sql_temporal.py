"""SQL of temporal relations between days, moments and intervals (OWL-Time, as in the standard).

An interval with a NULL end property is open-ended; one with a NULL start property is NULL.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Interval, and_, func, or_

from api.cql2.ast import Instant, Operation, Property
from api.cql2.ast import Interval as IntervalNode
from api.cql2.errors import BadFilter
from api.cql2.operations import INTERVAL_RELATIONS
from api.cql2.queryables import ValueKind
from api.cql2.sql_expression import Expression, bind_value, combine
from api.cql2.sql_types import (
    SQL_TYPES,
    Items,
    Operand,
    Span,
    Value,
    convert_time,
    describe_operand,
    require_time,
    require_value,
)

Condition = ColumnElement[bool]
Sides = tuple[Expression, Expression]
# -infinity and infinity of PostgreSQL, as asyncpg reads and writes them: only without a time zone.
INFINITIES = {
    ValueKind.DATE: (dt.date.min, dt.date.max),
    ValueKind.TIMESTAMP: (dt.datetime.min, dt.datetime.max),  # noqa: DTZ901
}
RELATIONS: Mapping[str, Callable[[Any, Any, Any, Any], Condition]] = {
    "after": lambda start, _, __, other_end: start > other_end,
    "before": lambda _, end, other_start, __: end < other_start,
    "disjoint": lambda start, end, other_start, other_end: or_(start > other_end, end < other_start),
    "equals": lambda start, end, other_start, other_end: and_(start == other_start, end == other_end),
    "intersects": lambda start, end, other_start, other_end: and_(start <= other_end, end >= other_start),
    "contains": lambda start, end, other_start, other_end: and_(start < other_start, end > other_end),
    "during": lambda start, end, other_start, other_end: and_(start > other_start, end < other_end),
    "finishedBy": lambda start, end, other_start, other_end: and_(start < other_start, end == other_end),
    "finishes": lambda start, end, other_start, other_end: and_(start > other_start, end == other_end),
    "meets": lambda _, end, other_start, __: end == other_start,
    "metBy": lambda start, _, __, other_end: start == other_end,
    "overlappedBy": lambda start, end, other_start, other_end: and_(
        start > other_start, start < other_end, end > other_end
    ),
    "overlaps": lambda start, end, other_start, other_end: and_(
        start < other_start, end > other_start, end < other_end
    ),
    "startedBy": lambda start, end, other_start, other_end: and_(start == other_start, end > other_end),
    "starts": lambda start, end, other_start, other_end: and_(start == other_start, end < other_end),
}


def relate(node: Operation, operands: list[Operand]) -> Expression:
    """Build the temporal relation, or raise BadFilter for operands that are not times."""
    relation = node.op.removeprefix("t_")
    spans = [_convert_to_span(operand, relation) for operand in operands]
    sides = [side for span in spans for side in (span.start, span.end) if side is not None]
    kind = ValueKind.DATE if any(side.kind is ValueKind.DATE for side in sides) else ValueKind.TIMESTAMP
    return combine(node.op, RELATIONS[relation], *(limit for span in spans for limit in _compute_limits(span, kind)))


def build_span(node: IntervalNode, start: Operand | None, end: Operand | None) -> Span:
    """Build the span of an interval node. Raise BadFilter if it ends before it starts or a side is not a time."""
    _check_order(node)
    return Span(node, _convert_side(start), _convert_side(end))


def _convert_side(operand: Operand | None) -> Value | None:
    return None if operand is None else require_time(require_value(operand))


def _check_order(node: IntervalNode) -> None:
    match node:
        case IntervalNode(start=Instant(value=first), end=Instant(value=last)):
            days = [each.date() if isinstance(each, dt.datetime) else each for each in (first, last)]
            pair = (first, last) if type(first) is type(last) else tuple(days)
            if pair[0] > pair[1]:
                raise BadFilter("the interval ends before it starts", node.position)


def _convert_to_span(operand: Operand, relation: str) -> Span:
    if isinstance(operand, Span):
        return operand
    if isinstance(operand, Items) or relation in INTERVAL_RELATIONS:
        name = f"T_{relation.upper()}"
        raise BadFilter(
            f"{describe_operand(operand)} is not an interval", operand.node.position, f"INTERVAL(…) for {name}"
        )
    time = require_time(operand)
    return Span(IntervalNode(None, None, position=operand.node.position), time, time)


def _compute_limits(span: Span, kind: ValueKind) -> Sides:
    """Return the first and last day or moment; for an instant, the same expression twice."""
    if span.start is span.end and span.start is not None:
        limit = convert_time(span.start, kind)
        return limit, limit
    since_ever, for_ever = (bind_value(each, SQL_TYPES[kind]) for each in INFINITIES[kind])
    start = since_ever if span.start is None else convert_time(span.start, kind)
    end = for_ever if span.end is None else _compute_end(span.end, kind, for_ever)
    return start, end


def _compute_end(end: Value, kind: ValueKind, for_ever: Expression) -> Expression:
    if not isinstance(end.node, Property):
        return convert_time(end, kind)
    included = Value(end.node, end.kind, _shift_before(end)) if end.is_day_after else end
    default = partial(func.coalesce, type_=SQL_TYPES[kind])
    return combine(("coalesce", kind), default, convert_time(included, kind), for_ever)


def _shift_before(end: Value) -> Expression:
    if end.kind is ValueKind.DATE:
        return combine("day before", lambda day: day - 1, end.sql)
    step = bind_value(dt.timedelta(microseconds=1), Interval())
    return combine("just before", lambda moment, earlier: moment - earlier, end.sql, step)
