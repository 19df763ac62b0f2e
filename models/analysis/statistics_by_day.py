"""The counts of `models/statistics.py` on each of a series of days, in one statement."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, Subquery, Text, cast, func, null, select, true

from models.analysis.spans import count_spans, join_restrictions, select_entries, select_steps
from models.point_answers import matches_state
from models.question import FeatureFilter
from models.restriction import Restriction
from models.statistics import MAX_ROWS, STATE_GROUPS

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
    question: FeatureFilter, groups: tuple[str, ...], assessed: bool
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


def _select_group_spans(question: FeatureFilter, groups: tuple[str, ...], entry: Subquery) -> Select[*tuple[Any, ...]]:
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


def _select_unassessed_spans(question: FeatureFilter, groups: tuple[str, ...], part: Any, name: str) -> Subquery:  # noqa: ANN401 - spans
    """Select the spans as spans of points without an assessment, if the request includes such points."""
    columns = [(part.c[group] if group in ENTRY_COLUMNS else NULL_TEXT).label(group) for group in groups]
    rows = select(*columns, part.c.start, part.c.stop, part.c.points)
    return rows.where(matches_state(question, UNASSESSED_STATE)).subquery(name)
