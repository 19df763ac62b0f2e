"""The counts of `models/accessibility.py` on each of a series of days, in one statement."""

from typing import Any

from sqlalchemy import Select, Subquery, Text, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB

from models.analysis.spans import count_spans, join_restrictions, select_entries, select_steps
from models.passable import DIRECTIONS, NOT_ASSESSED, NOT_KNOWN_LATELY, select_passability
from models.question import FeatureFilter
from models.restriction import Restriction
from models.staleness import select_stale_days

KEY_COLUMNS = ("country", "poe_type", "passable")


def select_passability_steps(question: FeatureFilter, direction: str) -> Select[*tuple[Any, ...]]:
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
    question: FeatureFilter, entry: Subquery, *, is_stale: bool = False
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
