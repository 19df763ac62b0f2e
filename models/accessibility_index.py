"""The accessibility index: the share of points that let people in, weighted by type. docs/accessibility.md defines it.

Nobody published weights, so ours are a judgement, and the index is told with how far other judgements would move it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from models.passable import CONDITIONAL, NO, NOT_ASSESSED, NOT_KNOWN_LATELY, UNKNOWN, YES

# Numbers of points by type and by code of `passable`.
Counts = dict[tuple[str, str], int]
# Most people cross by air and by land; most of the ports in a register are there for goods.
BY_TYPE = {"airport": 2.0, "land_border_point": 2.0, "blue_border_point": 1.0}
# Passage under conditions is half of a passage: between none of them and all of them lies what is not known.
BY_CONDITION = 0.5
LARGEST_WEIGHT = 10.0
# What one type outweighs the others by, in the alternatives.
OUTWEIGHS = 4.0
ASSESSED = (YES, CONDITIONAL, NO, UNKNOWN)
# Points of which nothing, or nothing recent, is known.
NOT_KNOWN = (NOT_KNOWN_LATELY, NOT_ASSESSED)


@dataclass(frozen=True, slots=True)
class Weights:
    """What a point of a type counts, and what passage under conditions counts of one without, from 0 to 1."""

    by_type: Mapping[str, float] = field(default_factory=lambda: BY_TYPE)
    conditional: float = BY_CONDITION


@dataclass(frozen=True, slots=True)
class Figures:
    """An index from 0 (nobody gets in) to 1 (everybody does at every point), null where nothing was assessed.

    `index_low` and `index_high` are the least and the largest index under the alternatives; the last two are what it
    would be if all points that nobody assessed, or not lately, were closed, or open. `assessed` points are those that
    the index knows: neither `not_known_lately` nor `not_assessed`.
    """

    index: float | None
    index_low: float | None
    index_high: float | None
    index_if_closed: float | None
    index_if_open: float | None
    points: int
    assessed: int
    not_known_lately: int
    not_assessed: int
    yes: int
    conditional: int
    no: int
    unknown: int


def figures_of(counts: Counts, weights: Weights) -> Figures:
    """The figures of points counted by type and answer."""
    by_answer = {answer: _points(counts, answer) for answer in (*ASSESSED, *NOT_KNOWN)}
    told = _index(counts, weights)
    others = [index for each in alternatives(weights) if (index := _index(counts, each)) is not None]
    nothing_known = not any(by_answer[answer] for answer in ASSESSED)
    return Figures(
        index=told,
        index_low=min(others, default=None),
        index_high=max(others, default=None),
        index_if_closed=None if nothing_known else _index(counts, weights, NO),
        index_if_open=None if nothing_known else _index(counts, weights, YES),
        points=sum(by_answer.values()),
        assessed=sum(by_answer[answer] for answer in ASSESSED),
        **by_answer,
    )


def alternatives(weights: Weights) -> Iterator[Weights]:
    """Each scheme of weights by type (as asked, all alike, and each outweighing the others), with passage under
    conditions counted as none, as asked, and in full.
    """
    types = tuple(weights.by_type)
    schemes = [weights.by_type, dict.fromkeys(types, 1.0)]
    schemes += [{each: OUTWEIGHS if each == heavy else 1.0 for each in types} for heavy in types]
    for by_type in schemes:
        for conditional in (0.0, weights.conditional, 1.0):
            yield replace(weights, by_type=by_type, conditional=conditional)


def _index(counts: Counts, weights: Weights, not_known: str | None = None) -> float | None:
    """The index; `not_known` is the answer to take for points of NOT_KNOWN, which else do not count.

    Null where what counts has no weight. What is not known stays in the whole, as in IOM's shares.
    """
    worth = {YES: 1.0, CONDITIONAL: weights.conditional, NO: 0.0, UNKNOWN: 0.0}
    open_, whole = 0.0, 0.0
    for (poe_type, answer), points in counts.items():
        taken = not_known if answer in NOT_KNOWN else answer
        if taken is not None:
            weight = weights.by_type.get(poe_type, 0.0) * points
            open_ += weight * worth[taken]
            whole += weight
    return round(open_ / whole, 4) if whole else None


def _points(counts: Counts, answer: str) -> int:
    return sum(points for (_, each), points in counts.items() if each == answer)
