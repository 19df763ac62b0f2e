"""The change log: each restriction that was recorded or withdrawn, in the order in which readers could first see it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    lateral,
    literal,
    null,
    outerjoin,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from models.queries.filters import is_one_of
from models.tables.country import Country, RegionMember
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.restriction import Restriction
from models.tables.source import Source

Statement = Select[*tuple[Any, ...]]
version = PointOfEntryVersion
restriction = Restriction
previous_restriction = aliased(Restriction)


class ChangeCursor(NamedTuple):
    """Position of a change in the log: by record time, then by record, then by the first of its days."""

    recorded_at: dt.datetime
    record_id: int
    valid_from: dt.date


@dataclass(frozen=True, slots=True)
class ChangeLogFilter:
    """Filter of the change log; None selects all, and fields narrow one another.

    `since` is the first record time to include; `before` is the end of the previous page.
    """

    limit: int | None = None
    since: dt.datetime | None = None
    before: ChangeCursor | None = None
    iso3s: Sequence[str] | None = None
    regions: Sequence[str] | None = None


def select_change_log(log_filter: ChangeLogFilter) -> Statement:
    """Select the changes, newest first.

    One row for each restriction that was recorded, except remainders of an older restriction, and for each range of
    days on which a restriction was withdrawn (`withdrawn`; its status is null). `status_before` is the status that was
    current for the first of the days until then, null without any. The point has the name of the register at that
    moment, and is in the regions of its country on that day.
    """
    all_changes = _select_changes(log_filter).subquery("all_changes")
    newest_first = (all_changes.c.recorded_at.desc(), all_changes.c.id.desc(), func.lower(all_changes.c.days).desc())
    # Limited here, so that the joins with the other tables read no more rows than these.
    change = select(all_changes).order_by(*newest_first).limit(log_filter.limit).subquery("change")
    first = func.lower(change.c.days)
    until_then = and_(
        previous_restriction.point_of_entry_id == restriction.point_of_entry_id,
        previous_restriction.valid_during.contains(first),
        func.upper(previous_restriction.recorded_during) == change.c.recorded_at,
        *_build_moment_conditions(func.upper(previous_restriction.recorded_during), log_filter),
    )
    return (
        select(*_list_change_columns(change))
        .select_from(change)
        .join(restriction, restriction.id == change.c.id)
        .join(version, version.id == change.c.version_id)
        .join(PointOfEntry, PointOfEntry.id == restriction.point_of_entry_id)
        .join(Country, Country.iso3 == version.iso3)
        .join(Source, Source.id == restriction.source_id)
        .outerjoin(previous_restriction, until_then)
        .order_by(change.c.recorded_at.desc(), change.c.id.desc(), first.desc())
    )


def _list_change_columns(change: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a subquery
    names = ("operational_status", "status_group", "measures", "comment")
    return [
        change.c.id,
        change.c.recorded_at,
        change.c.withdrawn,
        PointOfEntry.code.label("code"),
        version.name.label("name"),
        version.poe_type.label("poe_type"),
        version.iso3.label("country"),
        func.coalesce(Country.display_name, Country.name).label("country_name"),
        func.lower(change.c.days).label("valid_from"),
        func.upper(change.c.days).label("valid_to"),
        *(case((change.c.withdrawn, null()), else_=getattr(restriction, name)).label(name) for name in names),
        previous_restriction.operational_status.label("status_before"),
        previous_restriction.status_group.label("status_group_before"),
        Source.name.label("source"),
    ]


def _select_changes(log_filter: ChangeLogFilter) -> Any:  # noqa: ANN401 - SQLAlchemy's compound select
    """Select the changes, enough of them for a page, each as the number of its restriction with its days."""
    recorded = _select_recorded(log_filter).cte("told")
    if log_filter.limit is None:
        return union_all(select(recorded), _select_withdrawn(log_filter, None))
    # Nearly every closed record was superseded: testing all of them for a few withdrawn ones would read all of
    # history. The closed records within the time range of a full page of recorded changes are enough.
    full_page = case((func.count() == log_filter.limit, func.min(recorded.c.recorded_at)))
    reach = func.coalesce(select(full_page).select_from(recorded).scalar_subquery(), text("'-infinity'"))
    return union_all(select(recorded), _select_withdrawn(log_filter, reach))


def _select_recorded(log_filter: ChangeLogFilter) -> Statement:
    """Select the restrictions that were recorded, at most a page of them."""
    moment, days = func.lower(restriction.recorded_during), restriction.valid_during
    news = restriction.remainder_of_id.is_(None)
    recorded = _join_register_entry(Restriction.__table__, moment, days, log_filter, withdrawn=False).where(news)
    return recorded.order_by(moment.desc(), restriction.id.desc()).limit(log_filter.limit)


def _select_withdrawn(log_filter: ChangeLogFilter, reach: ColumnElement[Any] | None) -> Statement:
    """Select the days of restrictions, closed at the moment `reach` or later, that no record of that moment covers.

    The remainder of a record after an update is recorded again, so an uncovered day has no status any more.
    """
    moment = func.upper(restriction.recorded_during)
    covered = _select_covered_days(log_filter, reach)
    at_its_closing = and_(covered.c.point_of_entry_id == restriction.point_of_entry_id, covered.c.recorded_at == moment)
    rest = func.datemultirange(restriction.valid_during).op("-")(func.coalesce(covered.c.days, func.datemultirange()))
    gap = lateral(select(func.unnest(rest).label("days")).correlate(Restriction, covered)).alias("gap")
    closed = outerjoin(Restriction.__table__, covered, at_its_closing).join(gap, true())
    statement = _join_register_entry(closed, moment, gap.c.days, log_filter, withdrawn=True)
    statement = statement.where(~func.upper_inf(restriction.recorded_during))
    return statement if reach is None else statement.where(moment >= reach)


def _select_covered_days(log_filter: ChangeLogFilter, reach: ColumnElement[Any] | None) -> Any:  # noqa: ANN401 - a subquery
    """Select the days of each point that were recorded at each moment, new records and remainders alike."""
    new = aliased(Restriction)
    moment = func.lower(new.recorded_during).label("recorded_at")
    statement = (
        select(new.point_of_entry_id, moment, func.range_agg(new.valid_during).label("days"))
        .where(*_build_moment_conditions(moment, log_filter))
        .group_by(new.point_of_entry_id, moment)
    )
    return (statement if reach is None else statement.where(moment >= reach)).subquery("covered")


def _join_register_entry(
    records: Any,  # noqa: ANN401 - an alias of a table
    moment: Any,  # noqa: ANN401 - an expression of SQL
    days: Any,  # noqa: ANN401 - an expression of SQL
    log_filter: ChangeLogFilter,
    *,
    withdrawn: bool,
) -> Statement:
    """Join the records with the register's entry for the first of the days, as of the moment."""
    first = func.lower(days)
    entry = (
        select(version.id, version.iso3)
        .where(
            version.point_of_entry_id == restriction.point_of_entry_id,
            version.recorded_during.contains(moment),
            version.valid_during.contains(first),
            version.lifecycle != "proposed",
        )
        # There is only one. Without the limit PostgreSQL estimates next to none, and sorts all changes for a page.
        .limit(1)
    )
    register_entry = lateral(entry).alias("known")
    return (
        select(
            restriction.id.label("id"),
            moment.label("recorded_at"),
            days.label("days"),
            register_entry.c.id.label("version_id"),
            literal(withdrawn).label("withdrawn"),
        )
        .select_from(records)
        .join(register_entry, true())
        .where(*_build_conditions(moment, first, register_entry.c.iso3, log_filter))
    )


def _build_moment_conditions(moment: Any, log_filter: ChangeLogFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401
    """Build the conditions on the moment alone, which an index supports."""
    conditions: list[ColumnElement[bool]] = []
    if log_filter.since is not None:
        conditions.append(moment >= log_filter.since)
    if log_filter.before is not None:
        conditions.append(moment <= log_filter.before.recorded_at)
    return conditions


def _build_conditions(moment: Any, first: Any, iso3: Any, log_filter: ChangeLogFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401
    conditions = _build_moment_conditions(moment, log_filter)
    if log_filter.before is not None:
        conditions.append(tuple_(moment, restriction.id, first) < tuple_(*log_filter.before))
    if log_filter.iso3s is not None:
        conditions.append(is_one_of(iso3, log_filter.iso3s))
    if log_filter.regions is not None:
        in_region = (is_one_of(RegionMember.region_code, log_filter.regions), RegionMember.valid_during.contains(first))
        conditions.append(iso3.in_(select(RegionMember.iso3).where(*in_region)))
    return conditions
