"""What the attacks of `benchmarks.overload` make of what they measured."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.overload.figures import (
    Tally,
    build_bound_goal,
    build_failure_goal,
    build_posts_goal,
    compute_percentile,
    compute_ratio,
    describe,
    exclude_503,
)
from benchmarks.overload.http_connection import Answer
from benchmarks.overload.literals import KINDS
from benchmarks.overload.repeats import Repeats
from benchmarks.overload.site import Office, Site
from benchmarks.overload.updates import generate_updates

TAKEN, BROKEN, SILENT = Answer(201, 0.1), Answer(500, 0.1), Answer(0, 30, error="TimeoutError")
TO_RETRY, WITHOUT_A_TIME = Answer(503, 0.1, {"retry-after": "1"}), Answer(503, 0.1)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
def test_percentile_is_the_smallest_time_that_this_share_does_not_exceed(share: float, expected: float) -> None:
    assert compute_percentile(range(100, 0, -1), share) == expected


def test_percentiles_of_no_answers_meet_no_goal() -> None:
    assert not build_bound_goal("fast", compute_percentile([], 0.5), 1, "s").met


@pytest.mark.parametrize("base", [0, math.inf])
def test_ratio_to_something_that_was_not_measured_meets_no_goal(base: float) -> None:
    assert not build_bound_goal("cheap", compute_ratio(1, base), 2, "x").met


@pytest.mark.parametrize(("figure", "is_met"), [(1.5, True), (1.51, False)])
def test_figure_at_its_bound_meets_the_goal(figure: float, *, is_met: bool) -> None:
    assert build_bound_goal("fair", figure, 1.5, "x").met is is_met


def test_failures_are_counted_by_status_and_have_no_time() -> None:
    tally = Tally()
    for answer in (TAKEN, BROKEN, BROKEN, SILENT):
        tally.add(answer)
    assert tally.times_s == [0.1]
    assert tally.requests == 4
    assert describe(tally.failures) == "2 x 500, 1 x no answer (TimeoutError)"


def test_503_alone_is_excused() -> None:
    assert build_failure_goal("true", exclude_503(Counter({"503": 5}))).met
    assert not build_failure_goal("true", exclude_503(Counter({"503": 5, "500": 1}))).met


@pytest.mark.parametrize(
    ("answers", "succeeded", "failures"),
    [
        ([TAKEN], {1: 1}, {}),
        ([TO_RETRY, TAKEN], {2: 1}, {}),
        ([TO_RETRY, TO_RETRY, TAKEN], {3: 1}, {}),
        ([BROKEN, TAKEN], {}, {"500": 1}),
        ([WITHOUT_A_TIME, TAKEN], {}, {"503": 1}),
        ([TO_RETRY, TO_RETRY], {}, {"503": 1}),
        ([TO_RETRY, SILENT], {}, {"no answer (TimeoutError)": 1}),
    ],
)
def test_only_a_503_with_retry_after_excuses_another_try(
    answers: Sequence[Answer], succeeded: dict[int, int], failures: dict[str, int]
) -> None:
    repeats = Repeats()
    repeats.add(answers, 1)
    assert (repeats.succeeded, repeats.failures) == (succeeded, failures)


@pytest.mark.parametrize(
    ("found", "is_met"), [({"a": 1}, True), ({"a": 1, "b": 1}, True), ({}, False), ({"a": 2}, False), ({"b": 1}, False)]
)
def test_posts_are_in_once_if_none_is_lost_and_none_is_twice(found: dict[str, int], *, is_met: bool) -> None:
    assert build_posts_goal("in", ["a"], ["a", "b"], found).met is is_met


def test_post_that_was_not_acknowledged_is_not_recorded_twice_either() -> None:
    assert not build_posts_goal("in", ["a"], ["a", "b"], {"a": 1, "b": 2}).met


@pytest.mark.parametrize("kind", KINDS)
def test_each_number_gives_another_literal_and_the_same_number_the_same(kind: str) -> None:
    paths = [KINDS[kind](number) for number in range(1_000, 2_000)]
    assert len(set(paths)) == len(paths)
    assert KINDS[kind](1_000) == paths[0]


def test_each_update_has_a_new_key_and_content() -> None:
    updates = generate_updates(Office("a", "key", "P1"))
    first, second = (next(updates).request for _ in range(2))
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]
    [[before], [after]] = (json.loads(request.body)["rows"] for request in (first, second))
    assert before["operational_status"] != after["operational_status"]


def test_keys_are_not_shown() -> None:
    office = Office("a", "secret key", "P1")
    assert "secret key" not in repr(Site(Path("site"), office, [office], []))
