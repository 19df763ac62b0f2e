"""The accessibility index, from counts of points."""

import pytest

from models.analysis.accessibility_index import PointCounts, Weights, compute_index_figures, iterate_alternatives

ALIKE = Weights({"airport": 1.0, "land_border_point": 1.0, "blue_border_point": 1.0})


def counted(**by_answer: int) -> PointCounts:
    """Airports."""
    return {("airport", answer): points for answer, points in by_answer.items()}


@pytest.mark.parametrize(
    ("counts", "index"),
    [
        (counted(yes=1), 1.0),
        (counted(no=3), 0.0),
        (counted(yes=1, no=3), 0.25),
        (counted(conditional=1), 0.5),
        (counted(yes=1, conditional=2, no=1), 0.5),
        (counted(yes=1, unknown=1), 0.5),
        (counted(yes=1, not_assessed=9), 1.0),
        (counted(not_assessed=9), None),
        (counted(yes=1, not_known_lately=9), 1.0),
        (counted(not_known_lately=9), None),
        ({}, None),
    ],
)
def test_index_is_the_share_of_assessed_points_that_let_people_in(counts: PointCounts, index: float | None) -> None:
    assert compute_index_figures(counts, Weights()).index == index


def test_types_count_by_weight() -> None:
    counts = {("airport", "yes"): 1, ("blue_border_point", "no"): 2}
    assert compute_index_figures(counts, Weights()).index == 0.5
    assert compute_index_figures(counts, ALIKE).index == 0.3333
    assert compute_index_figures(counts, Weights({"airport": 0.0, "blue_border_point": 1.0})).index == 0.0
    assert compute_index_figures(counted(yes=1), Weights({"airport": 0.0})).index is None


def test_range_holds_what_other_weights_would_give() -> None:
    counts = {("airport", "yes"): 1, ("land_border_point", "no"): 1, ("blue_border_point", "conditional"): 1}
    figures = compute_index_figures(counts, Weights())
    # Airports four times the others, and conditions in full; land four times the others, and conditions as nothing.
    assert (figures.index_low, figures.index, figures.index_high) == (0.1667, 0.5, 0.8333)


def test_index_lies_in_its_range() -> None:
    weights = Weights({"airport": 10.0, "land_border_point": 0.1, "blue_border_point": 0.0}, 0.9)
    assert weights in list(iterate_alternatives(weights))


def test_points_that_nobody_assessed_are_taken_for_closed_and_for_open() -> None:
    figures = compute_index_figures(counted(yes=1, no=1, not_assessed=2), Weights())
    assert (figures.index, figures.index_if_closed, figures.index_if_open) == (0.5, 0.25, 0.75)
    assert (figures.points, figures.assessed, figures.not_assessed) == (4, 2, 2)


def test_points_not_known_lately_are_taken_for_closed_and_for_open() -> None:
    figures = compute_index_figures(counted(yes=1, no=1, not_assessed=1, not_known_lately=1), Weights())
    assert (figures.index, figures.index_if_closed, figures.index_if_open) == (0.5, 0.25, 0.75)
    assert (figures.points, figures.assessed, figures.not_known_lately, figures.not_assessed) == (4, 2, 1, 1)


def test_index_is_null_without_assessments() -> None:
    figures = compute_index_figures(counted(not_assessed=5), Weights())
    told = (figures.index, figures.index_low, figures.index_high, figures.index_if_closed, figures.index_if_open)
    assert told == (None, None, None, None, None)
    assert figures.not_assessed == 5
