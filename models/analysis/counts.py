"""Counts on each day of a series, from the steps of `models/analysis/spans.py`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple


class DailyCount(NamedTuple):
    """Number of points of a key on a day, which is identified by its place in the series."""

    place: int
    key: tuple[Any, ...]
    points: int


class TooManyCounts(ValueError):
    """There would be more counts than allowed; `counts` is their number, or a lower bound of it."""

    def __init__(self, counts: int) -> None:
        self.counts = counts
        super().__init__(f"{counts:,} counts")


def iterate_daily_counts(steps: Iterable[Sequence[Any]], length: int, most: int) -> Iterator[DailyCount]:
    """Yield a count for each day and key with points, by day and then in the order of the steps.

    A step is the values of its key, its place and its points. Raise TooManyCounts at once, before the first count.
    """
    runs = [
        _Run(order, key, *run)
        for order, (key, of_key) in enumerate(groupby(steps, key=lambda step: tuple(step[:-2])))
        for run in _iterate_runs(of_key, length)
    ]
    counts = sum(run.stop - run.start for run in runs)
    if counts > most:
        raise TooManyCounts(counts)
    return _iterate_counts(runs, length)


class _Run(NamedTuple):
    """Days on which a key has the same number of points; `order` is the place of the key among all."""

    order: int
    key: tuple[Any, ...]
    start: int
    stop: int
    points: int


def _iterate_counts(runs: Sequence[_Run], length: int) -> Iterator[DailyCount]:
    begin: defaultdict[int, list[_Run]] = defaultdict(list)
    for run in runs:
        begin[run.start].append(run)
    active: list[_Run] = []
    for place in range(length):
        active = [run for run in active if run.stop > place] + begin[place]
        active.sort(key=attrgetter("order"))
        for run in active:
            yield DailyCount(place, run.key, run.points)


def _iterate_runs(steps: Iterable[Sequence[Any]], length: int) -> Iterator[tuple[int, int, int]]:
    """Yield start, stop and points of each run of days on which the key of the steps has points."""
    start, points = 0, 0
    for step in steps:
        place, more = step[-2:]
        if points:
            yield start, place, points
        start, points = place, points + more
    if points:
        yield start, length, points
