"""Counts of points by their type, location and state, on the days of a series."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Text, cast, func, null, select, true

from models.analysis.spans import IOM_KIND, count_spans, join_restrictions, select_entries, select_steps
from models.queries.filters import PointFilter, is_one_of
from models.queries.points import matches_filter, matches_state, select_state
from models.tables.bitemporal import Days, ends_after, overlaps
from models.tables.country import Country, Region, RegionMember
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.restriction import Restriction

version = PointOfEntryVersion
# Groups by the state of a point; the state is unknown without an assessment.
STATE_GROUPS = ("status_group", "measure", "affected_population")
GROUPS = ("region", "country", "poe_type", *STATE_GROUPS)
MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Period:
    """Day, week or month: its first day, and the days with the counted last state."""

    label: Any
    days: Days


def count_grouped_points(question: PointFilter, groups: tuple[str, ...], assessed: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of the shape
    """Count `points` by the groups, in the last state of the days; `assessed`: only points with an assessment.

    A point is in the row of each of its regions (IOM's regions without a region filter), measures and populations; a
    point without a measure is in the row of null.
    """
    state = select_state(question)
    standing = version.__table__.outerjoin(state, ends_after(state.c.valid_during, question.days.first))
    columns, joined = _join_groups(groups, question, standing, state)
    condition = matches_filter(question, state)
    if assessed:
        condition &= state.c.id.is_not(None)
    keys = [column.label(name) for name, column in columns]
    counted = select(*keys, func.count().label("points")).select_from(joined).where(condition)
    # Without a group, zero points give no row.
    counted = counted.group_by(*keys).having(func.count() > 0)
    return counted.order_by(*(key.asc().nulls_last() for key in keys)).limit(MAX_ROWS + 1)


def _join_groups(
    groups: tuple[str, ...],
    question: PointFilter,
    points: FromClause,
    state: Any,  # noqa: ANN401
) -> tuple[list[tuple[str, ColumnElement[Any]]], FromClause]:
    """Return the columns to group by, and the points joined with the sources of these columns."""
    columns: list[tuple[str, ColumnElement[Any]]] = []
    plain: dict[str, Any] = {
        "country": version.iso3,
        "poe_type": version.poe_type,
        "status_group": state.c.status_group,
    }
    sets = {"measure": state.c.measures, "affected_population": state.c.affected_populations}
    for group in groups:
        if group == "region":
            member = _select_members(question)
            points = points.join(member, member.c.iso3 == version.iso3)
            columns.append((group, member.c.region_code))
        elif group in sets:
            each = func.unnest(sets[group]).table_valued(group).render_derived().lateral(f"each_{group}")
            points = points.outerjoin(each, true())
            columns.append((group, each.c[group]))
        else:
            columns.append((group, plain[group]))
    return columns, points


def _select_members(question: PointFilter) -> Any:  # noqa: ANN401 - a lateral subquery
    columns = (RegionMember.region_code, RegionMember.iso3)
    member = select(*columns).where(overlaps(RegionMember.valid_during, question.days)).distinct()
    if question.regions is not None:
        return member.where(is_one_of(RegionMember.region_code, question.regions)).lateral("member")
    of_iom = select(Region.code).where(Region.kind == IOM_KIND)
    return member.where(RegionMember.region_code.in_(of_iom)).lateral("member")


def select_group_names(group: str) -> Select[str, str]:
    """Select `code` and `name` of all regions or countries."""
    if group == "region":
        return select(Region.code.label("code"), Region.label.label("name"))
    return select(Country.iso3.label("code"), func.coalesce(Country.display_name, Country.name).label("name"))


ENTRY_COLUMNS = {"region": "region", "country": "iso3", "poe_type": "poe_type"}
RESTRICTION_COLUMNS: dict[str, Any] = {
    "status_group": Restriction.status_group,
    "measure": Restriction.measures,
    "affected_population": Restriction.affected_populations,
}
LIST_GROUPS = ("measure", "affected_population")
# A key has a count at least on the day of every second step: more steps than this give more rows than allowed.
MAX_STEPS = 2 * MAX_ROWS
NULL_TEXT = cast(null(), Text)
UNASSESSED_STATE = SimpleNamespace(c=SimpleNamespace(status_group=NULL_TEXT, operational_status=NULL_TEXT))


def select_statistics_steps(
    question: PointFilter,
    groups: tuple[str, ...],
    assessed: bool,  # noqa: FBT001 - part of the key of a cached statement
) -> Select[*tuple[Any, ...]]:
    """Select the groups, `place` and `points`: the counts of `points_counted` for single days, as steps.

    The series is a list to bind, `days`; the days of the question are its first and its last. At most MOST_STEPS plus
    one rows are returned.
    """
    entry = select_entries(question, by_region="region" in groups)
    counted = []
    if assessed or question.has_state_filter or set(groups) & set(STATE_GROUPS):
        restricted = _select_group_spans(question, groups, entry).cte("known")
        counted.append((_expand_lists(groups, restricted), 1))
        if not assessed:
            counted.append((_select_unassessed_spans(question, groups, restricted, "taken_away"), -1))
    if not assessed:
        # A point counts as not assessed on all of its days except those with a restriction.
        every = count_spans(entry, entry.c.days, _list_entry_columns(groups, entry)).subquery("every")
        counted.append((_select_unassessed_spans(question, groups, every, "not_assessed"), 1))
    return select_steps(groups, *counted).limit(MAX_STEPS + 1)


def _list_entry_columns(groups: tuple[str, ...], entry: Subquery) -> list[Any]:
    return [entry.c[ENTRY_COLUMNS[group]].label(group) for group in groups if group in ENTRY_COLUMNS]


def _select_group_spans(question: PointFilter, groups: tuple[str, ...], entry: Subquery) -> Select[*tuple[Any, ...]]:
    """Select spans on which a restriction held, by the groups, measures and populations as lists; and `is_wanted`."""
    both, days = join_restrictions(entry, question)
    keys = _list_entry_columns(groups, entry)
    keys += [RESTRICTION_COLUMNS[group].label(group) for group in groups if group in RESTRICTION_COLUMNS]
    is_wanted = matches_state(question, Restriction.__table__).label("is_wanted")
    return count_spans(both, days, [*keys, is_wanted])


def _expand_lists(groups: tuple[str, ...], restricted: Any) -> Subquery:  # noqa: ANN401 - a common table
    """Select the spans of the requested restrictions, one per measure and population; null where a list is empty."""
    columns, source = {group: restricted.c[group] for group in groups if group not in LIST_GROUPS}, restricted
    for group in set(groups) & set(LIST_GROUPS):
        each = func.unnest(restricted.c[group]).table_valued(group).render_derived().lateral(f"each_{group}")
        source = source.outerjoin(each, true())
        columns[group] = each.c[group]
    named = [columns[group].label(group) for group in groups]
    rows = select(*named, restricted.c.start, restricted.c.stop, restricted.c.points).select_from(source)
    return rows.where(restricted.c.is_wanted).subquery("by_value")


def _select_unassessed_spans(question: PointFilter, groups: tuple[str, ...], part: Any, name: str) -> Subquery:  # noqa: ANN401 - spans
    """Select the spans as spans of points without an assessment, if the request includes such points."""
    columns = [(part.c[group] if group in ENTRY_COLUMNS else NULL_TEXT).label(group) for group in groups]
    rows = select(*columns, part.c.start, part.c.stop, part.c.points)
    return rows.where(matches_state(question, UNASSESSED_STATE)).subquery(name)
