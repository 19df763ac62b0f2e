"""The counts of `models/statistics.py` on each of a series of days, in one statement."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, Subquery, Text, cast, func, null, select, true

from models.analysis.spans import entries, entries_with_restrictions, spans, steps
from models.point_answers import in_the_state_asked_for
from models.question import Question
from models.restriction import Restriction
from models.statistics import MOST_ROWS, OF_THE_DAY

OF_AN_ENTRY = {"region": "region", "country": "iso3", "poe_type": "poe_type"}
OF_A_RESTRICTION: dict[str, Any] = {
    "status_group": Restriction.status_group,
    "measure": Restriction.measures,
    "affected_population": Restriction.affected_populations,
}
LISTS = ("measure", "affected_population")
# A key has a count at least on the day of every second step: more steps than this give more rows than allowed.
MOST_STEPS = 2 * MOST_ROWS
NOTHING = cast(null(), Text)
NOT_ASSESSED = SimpleNamespace(c=SimpleNamespace(status_group=NOTHING, operational_status=NOTHING))


def steps_counted(question: Question, groups: tuple[str, ...], assessed: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of the shape
    """Select the groups, `place` and `points`: the counts of `points_counted` for single days, as steps.

    The series is a list to bind, `days`; the days of the question are its first and its last. At most MOST_STEPS plus
    one rows are returned.
    """
    entry = entries(question, by_region="region" in groups)
    counted = []
    if assessed or question.asks_for_state or set(groups) & set(OF_THE_DAY):
        restricted = _known(question, groups, entry).cte("known")
        counted.append((_by_value(groups, restricted), 1))
        if not assessed:
            counted.append((_not_assessed(question, groups, restricted, "taken_away"), -1))
    if not assessed:
        # A point counts as not assessed on all of its days except those with a restriction.
        every = spans(entry, entry.c.days, _of_entry(groups, entry)).subquery("every")
        counted.append((_not_assessed(question, groups, every, "not_assessed"), 1))
    return steps(groups, *counted).limit(MOST_STEPS + 1)


def _of_entry(groups: tuple[str, ...], entry: Subquery) -> list[Any]:
    return [entry.c[OF_AN_ENTRY[group]].label(group) for group in groups if group in OF_AN_ENTRY]


def _known(question: Question, groups: tuple[str, ...], entry: Subquery) -> Select[*tuple[Any, ...]]:
    """Select spans on which a restriction held, by the groups, measures and populations as lists; and `is_wanted`."""
    both, days = entries_with_restrictions(entry, question)
    keys = _of_entry(groups, entry)
    keys += [OF_A_RESTRICTION[group].label(group) for group in groups if group in OF_A_RESTRICTION]
    is_wanted = in_the_state_asked_for(question, Restriction.__table__).label("is_wanted")
    return spans(both, days, [*keys, is_wanted])


def _by_value(groups: tuple[str, ...], restricted: Any) -> Subquery:  # noqa: ANN401 - a common table
    """Select the spans of the requested restrictions, one per measure and population; null where a list is empty."""
    columns, source = {group: restricted.c[group] for group in groups if group not in LISTS}, restricted
    for group in set(groups) & set(LISTS):
        each = func.unnest(restricted.c[group]).table_valued(group).render_derived().lateral(f"each_{group}")
        source = source.outerjoin(each, true())
        columns[group] = each.c[group]
    named = [columns[group].label(group) for group in groups]
    rows = select(*named, restricted.c.start, restricted.c.stop, restricted.c.points).select_from(source)
    return rows.where(restricted.c.is_wanted).subquery("by_value")


def _not_assessed(question: Question, groups: tuple[str, ...], part: Any, name: str) -> Subquery:  # noqa: ANN401 - spans
    """Select the spans as spans of points without an assessment, if the request includes such points."""
    columns = [(part.c[group] if group in OF_AN_ENTRY else NOTHING).label(group) for group in groups]
    rows = select(*columns, part.c.start, part.c.stop, part.c.points)
    return rows.where(in_the_state_asked_for(question, NOT_ASSESSED)).subquery(name)
