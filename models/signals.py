"""Early signals: the change in status of a country's points between two days."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from models.codes import codes
from models.country import Country
from models.point_answers import answers, state_of_the_day
from models.point_of_entry import PointOfEntryVersion
from models.question import Question
from models.time_axes import Days, reaches

version = PointOfEntryVersion
Row = dict[str, Any]
GROUPS = codes("status_group")
# Openness of a group; an unknown status is neither more nor less open than another.
OPENNESS = {"fully_closed": 0, "partially_operational": 1, "fully_operational": 2}


def changes_by_country(question: Question) -> Select[*tuple[Any, ...]]:
    """Count, per country with points, how many changed from the first of the days to the last.

    Only `compared` points count, which were assessed on both days. `changed` went from one operational status to
    another, both different from unknown; of these, `eased` and `tightened` came into a more or less open status group,
    and among these `opened` were fully closed before and `closed` are now. A status that becomes unknown, or was
    unknown, is not a change; these points are `unknown`, on one of the days or both. A change that was reversed is not
    a change either. `before_` and `after_` count the compared points by status group.
    """
    first, last = (replace(question, days=Days.on(day)) for day in (question.days.first, question.days.last))
    before, after = state_of_the_day(first, "before"), state_of_the_day(last, "after")
    compared = and_(before.c.id.is_not(None), after.c.id.is_not(None))
    was, is_ = before.c.status_group, after.c.status_group
    known = and_(was.in_(OPENNESS), is_.in_(OPENNESS))
    eased, tightened = _openness(is_) > _openness(was), _openness(is_) < _openness(was)
    return (
        select(
            version.iso3.label("country"),
            func.coalesce(Country.display_name, Country.name).label("country_name"),
            func.count().label("points"),
            _counted(compared, "compared"),
            _counted(and_(known, before.c.operational_status != after.c.operational_status), "changed"),
            _counted(and_(compared, ~known), "unknown"),
            _counted(eased, "eased"),
            _counted(tightened, "tightened"),
            _counted(and_(eased, was == "fully_closed"), "opened"),
            _counted(and_(tightened, is_ == "fully_closed"), "closed"),
            *(_counted(and_(compared, was == group), f"before_{group}") for group in GROUPS),
            *(_counted(and_(compared, is_ == group), f"after_{group}") for group in GROUPS),
        )
        .select_from(version)
        .join(Country, Country.iso3 == version.iso3)
        .outerjoin(before, reaches(before.c.valid_during, question.days.first))
        .outerjoin(after, reaches(after.c.valid_during, question.days.last))
        .where(answers(question, after))
        .group_by(version.iso3, Country.display_name, Country.name)
    )


def ranked(rows: Iterable[Row], least_points: int) -> list[Row]:
    """Rank the rows of `changes_by_country` with a change and with enough compared points, fastest first.

    The order is by `changed_share`, the share of the compared points that changed; of equal shares, more changed points
    come first. `change_` is the growth of a status group's share, from -1 to 1.
    """
    enough = [row for row in rows if row["compared"] >= max(least_points, 1) and row["changed"]]
    entries = [{**row, "changed_share": round(row["changed"] / row["compared"], 4), **_shares(row)} for row in enough]
    entries.sort(key=lambda row: (-row["changed_share"], -row["changed"], row["country"]))
    return [{"rank": rank, **row} for rank, row in enumerate(entries, 1)]


def _shares(row: Row) -> Row:
    return {
        f"change_{name}": round((row[f"after_{name}"] - row[f"before_{name}"]) / row["compared"], 4) for name in GROUPS
    }


def _openness(group: Any) -> ColumnElement[int]:  # noqa: ANN401 - a column
    return case(OPENNESS, value=group)


def _counted(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.count().filter(condition).label(name)
