"""Points of a day counted by all the groupings of a report in a few statements, instead of one for each cell."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    func,
    lateral,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)

from models.queries.changes_between_days import has_state_changed
from models.queries.due_points import is_due
from models.queries.filters import PointFilter, is_in_countries, is_poe
from models.queries.points import matches_filter, select_state
from models.tables.assessment import Assessment
from models.tables.bitemporal import Days, ends_after
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.status_delta import StatusDelta

Statement = Select[*tuple[Any, ...]]
version = PointOfEntryVersion
# Groupings counted together; a row belongs to one of these parts, and has null in the columns of the others.
GROUPING_SETS = {
    "statuses": ("iso3", "poe_type", "operational_status", "expected_duration"),
    "measures": ("iso3", "poe_type", "operational_status", "measures"),
    "populations": ("iso3", "poe_type", "operational_status", "affected_populations"),
    "freshness": ("iso3", "poe_type", "assessed_month", "is_due", "assessor"),
    "sources": ("poe_type", "source"),
    "register": ("poe_type", "register_source"),
    "moves": ("iso3", "poe_type", "status_before", "operational_status"),
    "changes": ("poe_type", "is_changed"),
}
COMPARISON_SETS = {"moves", "changes"}
CHANGE_COLUMNS = ("code", "name", "poe_type", "country", "status_before", "operational_status", "since")


def count_points_by_group(
    question: PointFilter, most_changes: int | None
) -> Statement | CompoundSelect[*tuple[Any, ...]]:
    """Count the active points of the last day by the groupings in PARTS: `part`, their columns and `points`.

    `operational_status` is null where nobody assessed the point for that day; then all columns of a restriction are
    null. `assessor`, `source` and `register_source` are numbers of sources: of the last assessment, of the restriction,
    of the entry in the register. `is_due`: nobody assessed the point since the day `week_begins`, a parameter to bind.

    With `most_changes`, `status_before` is the status on the first of the days, and moves and changes are counted too.
    The first `most_changes` points of entry with another status or other measures are rows of the part `changed`, each
    with CHANGED as JSON in `listed`. All of this looks up the states only once.
    """
    on = Days.on(question.days.last)
    state = select_state(replace(question, days=on))
    assessed = _select_last_assessment(question)
    columns: dict[str, Any] = {
        "iso3": version.iso3,
        "poe_type": version.poe_type,
        "operational_status": state.c.operational_status,
        "expected_duration": state.c.expected_duration,
        "measures": state.c.measures,
        "affected_populations": state.c.affected_populations,
        "assessed_month": case((state.c.id.is_not(None), _truncate_to_month(assessed.c.assessed_on))),
        "is_due": is_due(assessed.c.assessed_on, bindparam("week_begins", type_=Date)),
        "assessor": assessed.c.source_id,
        "source": state.c.source_id,
        "register_source": version.source_id,
    }
    points: Any = PointOfEntryVersion.__table__.outerjoin(state, ends_after(state.c.valid_during, on.first))
    points = points.outerjoin(assessed, true())
    if most_changes is not None:
        before = select_state(replace(question, days=Days.on(question.days.first)), "before")
        points = points.outerjoin(before, ends_after(before.c.valid_during, question.days.first))
        columns |= {
            "status_before": before.c.operational_status,
            "is_changed": is_poe(version.poe_type) & has_state_changed(before, state),
            "point_of_entry_id": version.point_of_entry_id,
            "name": version.name,
            "since": func.lower(state.c.valid_during),
        }
    rows = select(*(column.label(name) for name, column in columns.items())).select_from(points)
    point = rows.where(matches_filter(replace(question, days=on), state)).cte("point")
    if most_changes is None:
        return _group_by_parts(point, [name for name in GROUPING_SETS if name not in COMPARISON_SETS])
    grouped, listed = (
        _group_by_parts(point, list(GROUPING_SETS)).subquery("grouped"),
        _select_changed_points(point, most_changes),
    )
    nothing = [null().label(column.key) for column in grouped.c if column.key != "part"]
    return union_all(
        select(*grouped.c, cast(null(), JSON).label("listed")),
        select(literal("changed").label("part"), *nothing, listed.c.listed),
    )


def _group_by_parts(point: Any, parts: Sequence[str]) -> Statement:  # noqa: ANN401 - a table expression
    keys = list(dict.fromkeys(key for part in parts for key in GROUPING_SETS[part]))
    sets = func.grouping_sets(*(tuple_(*(point.c[key] for key in GROUPING_SETS[part])) for part in parts))
    grouped = func.grouping(*(point.c[key] for key in keys))
    named = ((grouped == _compute_grouping_mask(keys, GROUPING_SETS[part]), literal(part)) for part in parts)
    columns = (case(*named).label("part"), *(point.c[key] for key in keys), func.count().label("points"))
    return select(*columns).group_by(sets)


def _select_changed_points(point: Any, most: int) -> Any:  # noqa: ANN401 - table expressions
    columns = {"code": PointOfEntry.code, "country": point.c.iso3}
    members = [part for name in CHANGE_COLUMNS for part in (literal(name), columns.get(name, point.c.get(name)))]
    listed = select(func.json_build_object(*members, type_=JSON).label("listed"))
    joined = listed.select_from(point.join(PointOfEntry, PointOfEntry.id == point.c.point_of_entry_id))
    return joined.where(point.c.is_changed).order_by(point.c.iso3, PointOfEntry.code).limit(most).subquery("listed")


def _compute_grouping_mask(keys: Sequence[str], part: Sequence[str]) -> int:
    """Compute PostgreSQL's GROUPING of a row: a bit for each of the keys, set where the row is not grouped by it."""
    return int("".join("0" if key in part else "1" for key in keys), 2)


def _select_last_assessment(question: PointFilter) -> Any:  # noqa: ANN401 - a lateral subquery
    """Select the last assessment by the end of the days, with its source; on equal days, the one recorded first.

    That is the order of the index. All records of one moment come from one source.
    """
    statement = select(Assessment.assessed_on, Assessment.source_id).where(
        Assessment.point_of_entry_id == version.point_of_entry_id, Assessment.assessed_on <= question.days.last
    )
    if question.as_known_at is not None:
        statement = statement.where(Assessment.recorded_at <= question.as_known_at)
    last = statement.order_by(Assessment.assessed_on.desc(), Assessment.recorded_at).limit(1)
    return lateral(last).alias("assessed")


def _truncate_to_month(day: Any) -> ColumnElement[dt.date]:  # noqa: ANN401 - a column
    return cast(func.date_trunc("month", day), Date)


step = StatusDelta
WEEK_DAYS = 7


def select_weekly_steps(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select `poe_type`, `status_group`, `first_week` and `points`: the change in points from that week on.

    Weeks count from 0, the week of the first day; each is identified by its day, seven days from the next. A point of
    entry counts by its type and area on that day.
    """
    keys = (step.poe_type, step.status_group, _compute_first_week(question).label("first_week"))
    points = cast(func.sum(step.points), Integer).label("points")
    condition = (step.day <= question.days.last) & is_poe(step.poe_type) & is_in_countries(step.iso3, question)
    if question.as_known_at is not None:
        condition &= step.recorded_at <= question.as_known_at
    return select(*keys, points).where(condition).group_by(*keys)


def _compute_first_week(question: PointFilter) -> ColumnElement[int]:
    """Compute the first week with a day not before the step's. Steps may precede all other days, at -infinity."""
    first: Any = question.days.first
    days = func.greatest(step.day, first, type_=Date) - first
    return cast(days + WEEK_DAYS - 1, Integer) // WEEK_DAYS
