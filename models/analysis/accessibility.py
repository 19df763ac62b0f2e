"""Accessibility of countries on a day: their points counted by passability, and the index computed from the counts."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from operator import eq
from typing import Any

from sqlalchemy import Integer, Select, Subquery, Text, and_, case, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB

from models.analysis.accessibility_index import AccessibilityFigures, Weights, compute_index_figures
from models.analysis.counts import DailyCount, iterate_daily_counts
from models.analysis.passability import DIRECTIONS, NOT_ASSESSED, NOT_KNOWN_LATELY, select_passability
from models.analysis.spans import count_spans, join_restrictions, select_entries, select_steps
from models.analysis.staleness import compute_last_stale_day, is_stale, select_stale_days
from models.analysis.statistics import Period
from models.analysis.traveller import Traveller
from models.queries.filters import PointFilter, RunStatement, create_statement_template
from models.queries.points import matches_filter, select_last_assessment, select_state
from models.tables.bitemporal import Days, ends_after
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.restriction import Restriction

KEY_COLUMNS = ("country", "poe_type", "passable")


def select_passability_steps(question: PointFilter, direction: str) -> Select[*tuple[Any, ...]]:
    """Select `country`, `poe_type`, `passable`, `place` and `points`: steps of the counts of `points_by_answer`.

    The series is a list to bind, `days`; the days of the question are its first and its last. Further parameters are
    the values of a Traveller, and `max_age_d`.
    """
    entry = select_entries(question)
    restricted, stale = (
        _select_restriction_spans(question, entry).cte("known"),
        _select_restriction_spans(question, entry, is_stale=True).cte("stale"),
    )
    by_kind = _select_passability_map(restricted, direction).cte("by_kind")
    of_entry = (entry.c.iso3.label("country"), entry.c.poe_type)
    every = count_spans(entry, entry.c.days, of_entry).subquery("every")
    # A point counts as not assessed on all of its days except those with a restriction, even a stale one.
    return select_steps(
        KEY_COLUMNS,
        (_label_spans(NOT_ASSESSED, every, "not_assessed"), 1),
        (_label_spans(NOT_ASSESSED, restricted, "taken_away"), -1),
        (_add_passability(restricted, by_kind, "answered"), 1),
        (_add_passability(stale, by_kind, "too_old"), -1),
        (_label_spans(NOT_KNOWN_LATELY, stale, "not_known_lately"), 1),
    )


def _select_restriction_spans(
    question: PointFilter, entry: Subquery, *, is_stale: bool = False
) -> Select[*tuple[Any, ...]]:
    """Select spans on which a restriction held; `kind` is equal for restrictions that let the same people pass.

    `id` is the record of one restriction in the count. With `is_stale`, only the days on which it was stale.
    """
    both, days = join_restrictions(entry, question)
    if is_stale:
        old = select_stale_days(question, select(entry.c.point_of_entry_id)).subquery("old")
        both = both.join(old, old.c.point_of_entry_id == entry.c.point_of_entry_id)
        days = days.op("*", return_type=DATERANGE())(old.c.days)
    # A record whose measures nobody identified equals no other record.
    measured = func.coalesce(cast(Restriction.measures_digest, Text), cast(Restriction.id, Text))
    kind = func.concat_ws(" ", entry.c.iso3, Restriction.operational_status, measured, type_=Text).label("kind")
    keys = (entry.c.iso3.label("country"), entry.c.poe_type, Restriction.operational_status, kind)
    return count_spans(both, days, keys, Restriction.id)


def _select_passability_map(restricted: Any, direction: str) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - a common table
    """Select one JSON object, `answers`: `passable` by kind, computed once for the restrictions of a kind."""
    of_kind = (restricted.c.kind, restricted.c.country, restricted.c.operational_status)
    one = select(*of_kind, func.min(restricted.c.id).label("id")).group_by(*of_kind).subquery("one")
    passing = select_passability(one, one.c.country, DIRECTIONS[direction])
    result = select(one.c.kind, passing.c.passable).join(passing, true()).subquery("told")
    return select(func.jsonb_object_agg(result.c.kind, result.c.passable, type_=JSONB).label("answers"))


def _add_passability(part: Any, by_kind: Any, name: str) -> Subquery:  # noqa: ANN401 - spans; a common table
    """Add `passable` to the spans.

    It is looked up in one JSON object. With a join, PostgreSQL compared each span with each kind, for 35 s: it expects
    one row of each.
    """
    passable = select(by_kind.c.answers).scalar_subquery()[part.c.kind].astext.label("passable")
    return select(part.c.country, part.c.poe_type, passable, part.c.start, part.c.stop, part.c.points).subquery(name)


def _label_spans(answer: str, part: Any, name: str) -> Subquery:  # noqa: ANN401 - spans
    passable = literal(answer, Text).label("passable")
    return select(part.c.country, part.c.poe_type, passable, part.c.start, part.c.stop, part.c.points).subquery(name)


version = PointOfEntryVersion
# 120 days of 250 countries with all types and answers.
MAX_COUNTS = 1_000_000


@dataclass(frozen=True, slots=True)
class AccessibilityRequest:
    """Traveller, direction (`entry` or `exit`) and weights of an accessibility request.

    A last assessment `max_age_d` days ago, or longer, is too old; None accepts any age.
    """

    traveller: Traveller = field(default_factory=Traveller)
    direction: str = "entry"
    weights: Weights = field(default_factory=Weights)
    max_age_d: int | None = None


@dataclass(frozen=True, slots=True)
class CountryAccessibility:
    """A country's figures in a period, named by `label`; they describe the day `as_on`."""

    label: Any
    as_on: Any
    country: str
    figures: AccessibilityFigures


async def compute_accessibility(
    run: RunStatement, question: PointFilter, periods: Sequence[Period], access: AccessibilityRequest
) -> list[CountryAccessibility]:
    """Compute the figures of each country that has points, by period and country, ignoring the days of `question`.

    One period is computed by looking up each point; several periods, which are single days, by one read of all records.
    """
    counts = await (_count_single_period if len(periods) == 1 else _count_by_day)(run, question, periods, access)
    return await asyncio.to_thread(_group_by_country, counts, periods, access.weights)


async def _count_single_period(
    run: RunStatement, question: PointFilter, periods: Sequence[Period], access: AccessibilityRequest
) -> Iterable[DailyCount]:
    of_period = replace(question, days=periods[0].days)
    statement, values = create_statement_template(select_passability_counts, of_period, access.direction)
    stale = {"stale_until": compute_last_stale_day(of_period.days.last, access.max_age_d)}
    rows = await run(statement, values | stale | access.traveller.values())
    return sorted(DailyCount(0, (row.country, row.poe_type, row.passable), row.points) for row in rows)


async def _count_by_day(
    run: RunStatement, question: PointFilter, periods: Sequence[Period], access: AccessibilityRequest
) -> Iterable[DailyCount]:
    days = [period.days.last for period in periods]
    statement, values = create_statement_template(
        select_passability_steps, replace(question, days=Days(days[0], days[-1])), access.direction
    )
    bound = {"days": days, "max_age_d": access.max_age_d}
    steps = (await run(statement, values | bound | access.traveller.values())).all()
    return iterate_daily_counts(steps, len(days), MAX_COUNTS)


def _group_by_country(
    counts: Iterable[DailyCount], periods: Sequence[Period], weights: Weights
) -> list[CountryAccessibility]:
    """Group counts by country; equal counts, as a country has on most consecutive days, are computed once."""
    figures = cache(lambda of_country: compute_index_figures(dict(of_country), weights))
    figures_by_country = []
    for (place, country), of_country in groupby(counts, key=lambda count: (count.place, count.key[0])):
        period = periods[place]
        points = tuple((count.key[1:], count.points) for count in of_country)
        figures_by_country.append(CountryAccessibility(period.label, period.days.last, country, figures(points)))
    return figures_by_country


def select_passability_counts(question: PointFilter, direction: str) -> Select[*tuple[Any, ...]]:
    """Select `country`, `poe_type`, `passable` and the number of `points`, by the last state of the days.

    Further parameters are the values of a Traveller, and `stale_until`. Passability is computed once per status,
    measures and country, for all points that share them.
    """
    alike = _select_alike_points(question).cte("alike")
    same = ("iso3", "operational_status", "measured")
    each = select(*(alike.c[name] for name in same), func.min(alike.c.id).label("id"))
    kind = each.group_by(*(alike.c[name] for name in same)).cte("kind")
    passing = select_passability(kind, kind.c.iso3, DIRECTIONS[direction])
    result = select(kind, passing.c.passable).join(passing, true()).cte("told").prefix_with("MATERIALIZED")
    statuses = (func.coalesce(table.c.operational_status, "") for table in (alike, result))
    is_same = and_(alike.c.iso3 == result.c.iso3, alike.c.measured == result.c.measured, eq(*statuses))
    passable = case((alike.c.is_stale, NOT_KNOWN_LATELY), else_=result.c.passable).label("passable")
    keys = (alike.c.iso3.label("country"), alike.c.poe_type, passable)
    counted = select(*keys, cast(func.sum(alike.c.points), Integer).label("points")).select_from(
        alike.join(result, is_same)
    )
    return counted.group_by(*keys)


def _select_alike_points(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select the points counted by all that decides; `id` is the record of one point, null without a record."""
    state, assessed = select_state(question), select_last_assessment(question)
    # A record whose measures nobody identified equals no other record.
    measured = func.coalesce(cast(state.c.measures_digest, Text), cast(state.c.id, Text), "").label("measured")
    stale = is_stale(state, assessed.c.assessed_on).label("is_stale")
    keys = (version.iso3, version.poe_type, state.c.operational_status, measured, stale)
    points = version.__table__.outerjoin(state, ends_after(state.c.valid_during, question.days.first))
    points = points.outerjoin(assessed, true())
    counted = select(*keys, func.min(state.c.id).label("id"), func.count().label("points")).select_from(points)
    return counted.where(matches_filter(question, state)).group_by(*keys)
