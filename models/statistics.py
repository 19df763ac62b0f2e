"""Counts of points by their type, location and state, on the days of a series."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select, true

from models.analysis.spans import IOM_KIND
from models.country import Country, Region, RegionMember
from models.point_answers import matches_filter, select_state
from models.point_of_entry import PointOfEntryVersion
from models.question import FeatureFilter, is_one_of
from models.time_axes import Days, ends_after, overlaps

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


def count_grouped_points(question: FeatureFilter, groups: tuple[str, ...], assessed: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of the shape
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
    question: FeatureFilter,
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


def _select_members(question: FeatureFilter) -> Any:  # noqa: ANN401 - a lateral subquery
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
