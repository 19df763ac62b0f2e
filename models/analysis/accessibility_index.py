"""The accessibility index: the share of points that let people in, weighted by type. docs/accessibility.md defines it.

Nobody published weights, so ours are a judgement; the index comes with the range that other judgements give.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from models.analysis.passability import CONDITIONAL, NO, NOT_ASSESSED, NOT_KNOWN_LATELY, UNKNOWN, YES

# Numbers of points by type and by code of `passable`.
PointCounts = dict[tuple[str, str], int]
# Most people cross by air and by land; most of the ports in a register are there for goods.
TYPE_WEIGHTS = {"airport": 2.0, "land_border_point": 2.0, "blue_border_point": 1.0}
# Passage under conditions counts as half a passage: the share of such travellers that pass is unknown.
CONDITIONAL_WEIGHT = 0.5
MAX_WEIGHT = 10.0
# Weight of the one dominant type in the alternatives, against 1 for the others.
DOMINANT_WEIGHT = 4.0
ASSESSED_CODES = (YES, CONDITIONAL, NO, UNKNOWN)
# Points without an assessment, or without a recent one.
UNASSESSED_CODES = (NOT_KNOWN_LATELY, NOT_ASSESSED)


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of a point by type, and weight of passage under conditions, from 0 to 1 of unconditional passage."""

    by_type: Mapping[str, float] = field(default_factory=lambda: TYPE_WEIGHTS)
    conditional: float = CONDITIONAL_WEIGHT


@dataclass(frozen=True, slots=True)
class AccessibilityFigures:
    """An index from 0 (nobody gets in) to 1 (everybody does at every point), null where nothing was assessed.

    `index_low` and `index_high` are the least and the largest index under the alternatives; `index_if_closed` and
    `index_if_open` the index if all points that nobody assessed, or not lately, were closed, or open. `assessed` points
    are all that are neither `not_known_lately` nor `not_assessed`.
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


def compute_index_figures(counts: PointCounts, weights: Weights) -> AccessibilityFigures:
    """Compute the figures of points counted by type and answer."""
    by_answer = {answer: _count_points(counts, answer) for answer in (*ASSESSED_CODES, *UNASSESSED_CODES)}
    main_index = _compute_index(counts, weights)
    others = [index for each in iterate_alternatives(weights) if (index := _compute_index(counts, each)) is not None]
    nothing_known = not any(by_answer[answer] for answer in ASSESSED_CODES)
    return AccessibilityFigures(
        index=main_index,
        index_low=min(others, default=None),
        index_high=max(others, default=None),
        index_if_closed=None if nothing_known else _compute_index(counts, weights, NO),
        index_if_open=None if nothing_known else _compute_index(counts, weights, YES),
        points=sum(by_answer.values()),
        assessed=sum(by_answer[answer] for answer in ASSESSED_CODES),
        **by_answer,
    )


def iterate_alternatives(weights: Weights) -> Iterator[Weights]:
    """Yield each scheme of weights by type, with passage under conditions weighted as zero, as requested and in full.

    The schemes are the requested weights, equal weights, and each type outweighing the others.
    """
    types = tuple(weights.by_type)
    schemes = [weights.by_type, dict.fromkeys(types, 1.0)]
    schemes += [{each: DOMINANT_WEIGHT if each == heavy else 1.0 for each in types} for heavy in types]
    for by_type in schemes:
        for conditional in (0.0, weights.conditional, 1.0):
            yield replace(weights, by_type=by_type, conditional=conditional)


def _compute_index(counts: PointCounts, weights: Weights, not_known: str | None = None) -> float | None:
    """Compute the index; `not_known` is the answer to assume for points of NOT_KNOWN, which do not count without it.

    Null where the counted points have no weight. Points of unknown status stay in the whole, as in IOM's shares.
    """
    worth = {YES: 1.0, CONDITIONAL: weights.conditional, NO: 0.0, UNKNOWN: 0.0}
    open_, whole = 0.0, 0.0
    for (poe_type, answer), points in counts.items():
        taken = not_known if answer in UNASSESSED_CODES else answer
        if taken is not None:
            weight = weights.by_type.get(poe_type, 0.0) * points
            open_ += weight * worth[taken]
            whole += weight
    return round(open_ / whole, 4) if whole else None


def _count_points(counts: PointCounts, answer: str) -> int:
    return sum(points for (_, each), points in counts.items() if each == answer)
