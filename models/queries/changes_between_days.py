"""Changes between two days: points with another state on the last day than on the first."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, func, or_, select

from models.queries.filters import PointFilter
from models.queries.points import matches_filter, select_state
from models.tables.bitemporal import Days, ends_after
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.source import Source

version = PointOfEntryVersion


def select_changes(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select one row per point where status or measures differ: `key`, `id`, `geometry` and properties.

    A missing status means that no restriction was recorded for that day. A change that was reversed in between is no
    change; the feed lists each record.
    """
    before, after = _select_states(question)
    columns = select(
        PointOfEntry.id.label("key"),
        PointOfEntry.code.label("id"),
        version.geometry.label("geometry"),
        PointOfEntry.code.label("code"),
        version.name.label("name"),
        version.poe_type.label("poe_type"),
        version.iso3.label("country"),
        func.coalesce(Country.display_name, Country.name).label("country_name"),
        before.c.operational_status.label("status_before"),
        before.c.status_group.label("status_group_before"),
        before.c.measures.label("measures_before"),
        after.c.operational_status,
        after.c.status_group,
        after.c.measures,
        func.lower(after.c.valid_during, type_=Date).label("since"),
        Source.name.label("restriction_source"),
        after.c.comment.label("comment"),
    )
    joined: Select[*tuple[Any, ...]] = _join_states(columns, question, before, after)
    return joined.join(Country, Country.iso3 == version.iso3).outerjoin(Source, Source.id == after.c.source_id)


def count_changes(question: PointFilter) -> Select[int]:
    """Count the points that match."""
    before, after = _select_states(question)
    matched: Select[int] = _join_states(select(func.count()), question, before, after)
    return matched


def _select_states(question: PointFilter) -> tuple[Any, Any]:
    """Select the state on the first of the days, and on the last."""
    first, last = (replace(question, days=Days.on(day)) for day in (question.days.first, question.days.last))
    return select_state(first, "before"), select_state(last, "after")


def _join_states(statement: Any, question: PointFilter, before: Any, after: Any) -> Any:  # noqa: ANN401 - a statement
    """Join the statement with both states; a state that ended before its day does not count."""
    return (
        statement.select_from(version)
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .outerjoin(before, ends_after(before.c.valid_during, question.days.first))
        .outerjoin(after, ends_after(after.c.valid_during, question.days.last))
        .where(matches_filter(question, after), has_state_changed(before, after))
    )


def has_state_changed(before: Any, after: Any) -> ColumnElement[bool]:  # noqa: ANN401 - lateral subqueries
    """Build the SQL condition that the states of a point differ in status or measures."""
    return or_(
        before.c.operational_status.is_distinct_from(after.c.operational_status),
        before.c.measures_digest.is_distinct_from(after.c.measures_digest),
    )
