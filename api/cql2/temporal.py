"""SQL of temporal relations between days, moments and intervals (OWL-Time, as in the standard).

An interval with a NULL end property is open-ended; one with a NULL start property is NULL.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Interval, and_, func, or_

from api.cql2.bad_filter import BadFilter
from api.cql2.expression import Expression, bind_value, combine
from api.cql2.operands import TYPES, Items, Operand, Span, Value, at, described, time_of, value
from api.cql2.operations import OF_INTERVALS
from api.cql2.queryables import Kind
from api.cql2.tree import Instant, Operation, Property
from api.cql2.tree import Interval as IntervalNode

Condition = ColumnElement[bool]
Sides = tuple[Expression, Expression]
# -infinity and infinity of PostgreSQL, as asyncpg reads and writes them: only without a time zone.
EVER = {
    Kind.DATE: (dt.date.min, dt.date.max),
    Kind.TIMESTAMP: (dt.datetime.min, dt.datetime.max),  # noqa: DTZ901
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
    spans = [_span(operand, relation) for operand in operands]
    sides = [side for span in spans for side in (span.start, span.end) if side is not None]
    kind = Kind.DATE if any(side.kind is Kind.DATE for side in sides) else Kind.TIMESTAMP
    return combine(node.op, RELATIONS[relation], *(limit for span in spans for limit in _limits(span, kind)))


def span(node: IntervalNode, start: Operand | None, end: Operand | None) -> Span:
    """Build the span of an interval node. Raise BadFilter if it ends before it starts or a side is not a time."""
    _check_order(node)
    return Span(node, _side(start), _side(end))


def _side(operand: Operand | None) -> Value | None:
    return None if operand is None else time_of(value(operand))


def _check_order(node: IntervalNode) -> None:
    match node:
        case IntervalNode(start=Instant(value=first), end=Instant(value=last)):
            days = [each.date() if isinstance(each, dt.datetime) else each for each in (first, last)]
            pair = (first, last) if type(first) is type(last) else tuple(days)
            if pair[0] > pair[1]:
                raise BadFilter("the interval ends before it starts", node.position)


def _span(operand: Operand, relation: str) -> Span:
    if isinstance(operand, Span):
        return operand
    if isinstance(operand, Items) or relation in OF_INTERVALS:
        name = f"T_{relation.upper()}"
        raise BadFilter(f"{described(operand)} is no interval", operand.node.position, f"INTERVAL(…) for {name}")
    time = time_of(operand)
    return Span(IntervalNode(None, None, position=operand.node.position), time, time)


def _limits(span: Span, kind: Kind) -> Sides:
    """Return the first and last day or moment; for an instant, the same expression twice."""
    if span.start is span.end and span.start is not None:
        limit = at(span.start, kind)
        return limit, limit
    since_ever, for_ever = (bind_value(each, TYPES[kind]) for each in EVER[kind])
    start = since_ever if span.start is None else at(span.start, kind)
    end = for_ever if span.end is None else _end(span.end, kind, for_ever)
    return start, end


def _end(end: Value, kind: Kind, for_ever: Expression) -> Expression:
    if not isinstance(end.node, Property):
        return at(end, kind)
    included = Value(end.node, end.kind, _just_before(end)) if end.is_day_after else end
    default = partial(func.coalesce, type_=TYPES[kind])
    return combine(("coalesce", kind), default, at(included, kind), for_ever)


def _just_before(end: Value) -> Expression:
    if end.kind is Kind.DATE:
        return combine("day before", lambda day: day - 1, end.sql)
    step = bind_value(dt.timedelta(microseconds=1), Interval())
    return combine("just before", lambda moment, earlier: moment - earlier, end.sql, step)
