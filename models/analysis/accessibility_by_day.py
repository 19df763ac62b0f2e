"""The counts of `models/accessibility.py` on each of a series of days, in one statement."""

from typing import Any

from sqlalchemy import Select, Subquery, Text, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import JSONB

from models.analysis.spans import entries, entries_with_restrictions, spans, steps
from models.passable import DIRECTIONS, NOT_ASSESSED, passage
from models.question import Question
from models.restriction import Restriction

KEYS = ("country", "poe_type", "passable")


def steps_by_answer(question: Question, direction: str) -> Select[*tuple[Any, ...]]:
    """Statement giving `country`, `poe_type`, `passable`, `place` and `points`: the counts of `points_by_answer`.

    They are given as steps. The series is a list to bind, `days`; the days of the question are its first and its last.
    Further parameters are those of a Traveller.
    """
    entry = entries(question)
    known = _known(question, entry).cte("known")
    of_entry = (entry.c.iso3.label("country"), entry.c.poe_type)
    every = spans(entry, entry.c.days, of_entry).subquery("every")
    # A point is not assessed on all of its days, but for those on which something is known.
    return steps(
        KEYS,
        (_not_assessed(every, "not_assessed"), 1),
        (_not_assessed(known, "taken_away"), -1),
        (_answered(known, direction), 1),
    )


def _known(question: Question, entry: Subquery) -> Select[*tuple[Any, ...]]:
    """Spans on which a restriction held; `kind` is what it has in common with those that let the same people pass.

    `id` is the record of one of those counted together.
    """
    both, days = entries_with_restrictions(entry, question)
    # A record whose measures nobody identified is like no other.
    measured = func.coalesce(cast(Restriction.measures_digest, Text), cast(Restriction.id, Text))
    kind = func.concat_ws(" ", entry.c.iso3, Restriction.operational_status, measured, type_=Text).label("kind")
    keys = (entry.c.iso3.label("country"), entry.c.poe_type, Restriction.operational_status, kind)
    return spans(both, days, keys, Restriction.id)


def _answered(known: Any, direction: str) -> Subquery:  # noqa: ANN401 - a common table
    """The spans with `passable`, worked out once for restrictions of a kind.

    It is looked up in one JSON object. As a join, PostgreSQL compared each span with each kind, for 35 s: it expects
    one row of each.
    """
    of_kind = (known.c.kind, known.c.country, known.c.operational_status)
    one = select(*of_kind, func.min(known.c.id).label("id")).group_by(*of_kind).subquery("one")
    passing = passage(one, one.c.country, DIRECTIONS[direction])
    told = select(one.c.kind, passing.c.passable).join(passing, true()).subquery("told")
    by_kind = select(func.jsonb_object_agg(told.c.kind, told.c.passable, type_=JSONB)).scalar_subquery()
    passable = by_kind[known.c.kind].astext.label("passable")
    return select(known.c.country, known.c.poe_type, passable, known.c.start, known.c.stop, known.c.points).subquery()


def _not_assessed(part: Any, name: str) -> Subquery:  # noqa: ANN401 - spans
    passable = literal(NOT_ASSESSED, Text).label("passable")
    return select(part.c.country, part.c.poe_type, passable, part.c.start, part.c.stop, part.c.points).subquery(name)
