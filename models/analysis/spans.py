"""Entries and restrictions as spans of days, to count points on each of a series of days in one statement.

Looking up the restriction of each point on each day took 35 s of a processor for 9,000 points on 400 days. Here each
record is read once: it adds its point on the first day of the series on which it holds, and subtracts it after the last
one. The count of a day is the sum of the steps up to it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, array

from models.queries.filters import PointFilter, is_one_of, matches_register
from models.tables.bitemporal import is_current, overlaps
from models.tables.country import Region, RegionMember
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.restriction import Restriction

version = PointOfEntryVersion
restriction = Restriction
IOM_KIND = "iom"
# The days of the series in their order: a list to bind.
SERIES_DAYS: Any = bindparam("days", type_=ARRAY(Date))
Statement = Select[*tuple[Any, ...]]


def select_entries(question: PointFilter, *, by_region: bool = False) -> Subquery:
    """Select the entries in the register that match, with `days`, the range of days on which they do.

    The columns are `point_of_entry_id`, `iso3`, `poe_type`, `days`, and with `by_region` also `region`: an entry then
    has a row for each region (requested, or IOM's) and each range of days that its country was in it.
    """
    columns: list[Any] = [version.point_of_entry_id, version.iso3, version.poe_type]
    source: FromClause = version.__table__
    days: Any = version.valid_during
    if by_region or question.regions is not None:
        member = _select_memberships(question) if by_region else _select_region_days(question)
        columns += [member.c.region] if by_region else []
        source = source.join(member, (member.c.iso3 == version.iso3) & member.c.days.op("&&")(version.valid_during))
        days = days.op("*", return_type=DATERANGE())(member.c.days)
    is_active = (version.lifecycle == "active") & overlaps(version.valid_during, question.days)
    answering = select(*columns, days.label("days")).select_from(source).where(matches_register(question), is_active)
    return answering.subquery("entry")


def _select_memberships(question: PointFilter) -> Subquery:
    of_iom = RegionMember.region_code.in_(select(Region.code).where(Region.kind == IOM_KIND))
    wanted = of_iom if question.regions is None else is_one_of(RegionMember.region_code, question.regions)
    columns = (RegionMember.region_code.label("region"), RegionMember.iso3, RegionMember.valid_during.label("days"))
    return select(*columns).where(wanted).subquery("member")


def _select_region_days(question: PointFilter) -> Subquery:
    """Select the days on which a country is in some requested region: ranges that do not overlap."""
    ranges = func.unnest(func.range_agg(RegionMember.valid_during), type_=DATERANGE())
    wanted = is_one_of(RegionMember.region_code, question.regions)
    return select(RegionMember.iso3, ranges.label("days")).where(wanted).group_by(RegionMember.iso3).subquery("member")


def join_restrictions(entry: Subquery, question: PointFilter) -> tuple[FromClause, ColumnElement[Any]]:
    """Join the entries with the restrictions of their points; also return the days on which both hold, maybe empty."""
    both = (
        (restriction.point_of_entry_id == entry.c.point_of_entry_id)
        & is_current(restriction.recorded_during, question.as_known_at)
        & overlaps(restriction.valid_during, question.days)
    )
    days = entry.c.days.op("*", return_type=DATERANGE())(restriction.valid_during)
    return entry.join(Restriction.__table__, both), days


def count_spans(source: FromClause, days: ColumnElement[Any], keys: Sequence[Any], *more: Any) -> Statement:  # noqa: ANN401 - expressions
    """Count the rows as `points`, by `keys` and by the part of the series in which their `days` lie.

    `start` is the place in the series of its first day, from 0, and `stop` the place behind its last. Rows without a
    day of the series, or with empty `days`, are left out. For the columns in `more` the least value is returned.
    """
    stop = case((func.upper_inf(days), count_series_days()), else_=_locate_day(func.upper(days, type_=Date)))
    start = _locate_day(func.lower(days, type_=Date))
    row = select(*keys, *more, start.label("start"), stop.label("stop")).select_from(source).subquery("row")
    grouped = [row.c[key.name] for key in keys] + [row.c.start, row.c.stop]
    least = [func.min(row.c[column.name]).label(column.name) for column in more]
    points = func.count().label("points")
    return select(*grouped, *least, points).where(row.c.start < row.c.stop).group_by(*grouped)


def count_series_days() -> ColumnElement[int]:
    """Count the days of the series, as an SQL expression."""
    return func.cardinality(SERIES_DAYS, type_=Integer)


def _locate_day(day: Any) -> ColumnElement[int]:  # noqa: ANN401 - an expression
    """Build the SQL expression of the number of days of the series before the day, which may be infinite."""
    return func.width_bucket(day - 1, SERIES_DAYS, type_=Integer)


def select_steps(keys: Sequence[str], *counted: tuple[Subquery, int]) -> Statement:
    """Select `keys`, `place` and `points`: the change in the number of points from that day of the series on.

    `counted` are spans, each with the sign by which they count. Rows are in the order of the keys, nulls last, and of
    the days.
    """
    step = union_all(*(_select_span_ends(keys, part, sign) for part, sign in counted)).subquery("step")
    columns, points = [step.c[key] for key in keys], func.sum(step.c.points)
    return (
        select(*columns, step.c.place, cast(points, BigInteger).label("points"))
        .where(step.c.place < count_series_days())
        .group_by(*columns, step.c.place)
        .having(points != 0)
        .order_by(*(column.asc().nulls_last() for column in columns), step.c.place)
    )


def _select_span_ends(keys: Sequence[str], part: Subquery, sign: int) -> Statement:
    """Select two rows for each span: its points where it starts, and minus its points where it stops."""
    lists = (array([part.c.start, part.c.stop]), array([literal(sign), literal(-sign)]))
    end = func.unnest(*lists).table_valued("place", "sign").render_derived().lateral("of_span")
    points = (part.c.points * cast(end.c.sign, Integer)).label("points")
    return select(*(part.c[key] for key in keys), cast(end.c.place, Integer).label("place"), points).join(end, true())
