"""Early signals: the change in status of a country's points between two days."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from models.codes import list_codes
from models.queries.filters import PointFilter
from models.queries.points import matches_filter, select_state
from models.tables.bitemporal import Days, ends_after
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntryVersion

version = PointOfEntryVersion
Row = dict[str, Any]
GROUPS = list_codes("status_group")
# Openness of a group; an unknown status is neither more nor less open than another.
OPENNESS = {"fully_closed": 0, "partially_operational": 1, "fully_operational": 2}


def count_country_changes(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Count, per country with points, how many changed from the first of the days to the last.

    Only `compared` points count, which were assessed on both days. `changed` went from one operational status to
    another, both different from unknown; of these, `eased` and `tightened` came into a more or less open status group,
    and among these `opened` were fully closed before and `closed` are now. A status that becomes unknown, or was
    unknown, is not a change; these points are `unknown`, on one of the days or both. A change that was reversed is not
    a change either. `before_` and `after_` count the compared points by status group.
    """
    first, last = (replace(question, days=Days.on(day)) for day in (question.days.first, question.days.last))
    before, after = select_state(first, "before"), select_state(last, "after")
    compared = and_(before.c.id.is_not(None), after.c.id.is_not(None))
    was, is_ = before.c.status_group, after.c.status_group
    known = and_(was.in_(OPENNESS), is_.in_(OPENNESS))
    eased, tightened = _build_openness(is_) > _build_openness(was), _build_openness(is_) < _build_openness(was)
    return (
        select(
            version.iso3.label("country"),
            func.coalesce(Country.display_name, Country.name).label("country_name"),
            func.count().label("points"),
            _count_where(compared, "compared"),
            _count_where(and_(known, before.c.operational_status != after.c.operational_status), "changed"),
            _count_where(and_(compared, ~known), "unknown"),
            _count_where(eased, "eased"),
            _count_where(tightened, "tightened"),
            _count_where(and_(eased, was == "fully_closed"), "opened"),
            _count_where(and_(tightened, is_ == "fully_closed"), "closed"),
            *(_count_where(and_(compared, was == group), f"before_{group}") for group in GROUPS),
            *(_count_where(and_(compared, is_ == group), f"after_{group}") for group in GROUPS),
        )
        .select_from(version)
        .join(Country, Country.iso3 == version.iso3)
        .outerjoin(before, ends_after(before.c.valid_during, question.days.first))
        .outerjoin(after, ends_after(after.c.valid_during, question.days.last))
        .where(matches_filter(question, after))
        .group_by(version.iso3, Country.display_name, Country.name)
    )


def rank_countries(rows: Iterable[Row], least_points: int) -> list[Row]:
    """Rank the rows of `count_country_changes` with a change and with enough compared points, fastest first.

    The order is by `changed_share`, the share of the compared points that changed; of equal shares, more changed points
    come first. `change_` is the growth of a status group's share, from -1 to 1.
    """
    enough = [row for row in rows if row["compared"] >= max(least_points, 1) and row["changed"]]
    entries = [
        {**row, "changed_share": round(row["changed"] / row["compared"], 4), **_compute_share_changes(row)}
        for row in enough
    ]
    entries.sort(key=lambda row: (-row["changed_share"], -row["changed"], row["country"]))
    return [{"rank": rank, **row} for rank, row in enumerate(entries, 1)]


def _compute_share_changes(row: Row) -> Row:
    return {
        f"change_{name}": round((row[f"after_{name}"] - row[f"before_{name}"]) / row["compared"], 4) for name in GROUPS
    }


def _build_openness(group: Any) -> ColumnElement[int]:  # noqa: ANN401 - a column
    return case(OPENNESS, value=group)


def _count_where(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.count().filter(condition).label(name)
