"""Checks that the parts in a report add up to their totals. IOM printed 4,551 points when its types made 4,568."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from models.report.figures import NO_REGION
from models.report.status_counts import STATUS_GROUPS, Figures

COUNT_KEYS = ("points", "assessed", "not_assessed")


class SumFailed(ValueError):
    """Parts do not add up to their total; the message names them with both numbers."""


class SumCheck(NamedTuple):
    """A sum of `parts`, which must equal `total`."""

    says: str
    parts: int
    total: int

    @property
    def holds(self) -> bool:
        return self.parts == self.total


def list_sum_checks(figures: Figures) -> list[SumCheck]:
    """List every sum of the report's figures, correct or not."""
    day = figures["day"]
    sums = [
        *_iterate_total_checks("types", day["types"], day["total"]),
        *_iterate_total_checks("countries", day["countries"], day["total"]),
        *_iterate_group_checks("all points of entry", day["total"]),
        *(one for name, part in day["types"].items() for one in _iterate_group_checks(name, part)),
        *(one for name, part in day["regions"].items() for one in _iterate_group_checks(name, part)),
        SumCheck(
            "months of last assessment add up to points assessed", *_sum_parts(day["freshness"]["months"], day["total"])
        ),
        *_iterate_share_checks(day),
        *_iterate_day_checks(figures),
    ]
    return (
        [*_iterate_total_checks("regions, with countries in none,", day["regions"], day["total"]), *sums]
        if day["regions"]
        else sums
    )


def check_sums(figures: Figures) -> None:
    """Check that all sums are correct, or raise SumFailed, naming each sum that failed."""
    failed = [f"{one.says}: {one.parts:,} is not {one.total:,}" for one in list_sum_checks(figures) if not one.holds]
    if failed:
        raise SumFailed("; ".join(failed))


def check_cut_off(cut_off: dt.date, known_at: dt.datetime) -> None:
    """Check that an edition covers no day after the moment of its data, or raise SumFailed."""
    if cut_off > known_at.astimezone(dt.UTC).date():
        raise SumFailed(
            f"the cut-off {cut_off} is after {known_at.astimezone(dt.UTC):%Y-%m-%d}, the day of what is known"
        )


def _iterate_total_checks(parts: str, figures_by_part: Mapping[str, Figures], total: Figures) -> Iterator[SumCheck]:
    for name in COUNT_KEYS:
        yield SumCheck(
            f"{parts} add up to the total ({name})", sum(part[name] for part in figures_by_part.values()), total[name]
        )
    for group in STATUS_GROUPS:
        added = sum(part["groups"][group]["points"] for part in figures_by_part.values())
        yield SumCheck(f"{parts} add up to the total ({group})", added, total["groups"][group]["points"])


def _iterate_group_checks(label: str, part: Figures) -> Iterator[SumCheck]:
    points = sum(group["points"] for group in part["groups"].values())
    yield SumCheck(f"status groups, unknown included, add up to points assessed ({label})", points, part["assessed"])
    yield SumCheck(
        f"statuses add up to points assessed ({label})",
        sum(status["points"] for status in part["statuses"].values()),
        part["assessed"],
    )
    yield SumCheck(
        f"assessed and not assessed add up to points ({label})",
        part["assessed"] + part["not_assessed"],
        part["points"],
    )


def _sum_parts(parts: Mapping[str, Figures], total: Figures) -> tuple[int, int]:
    return sum(part["points"] for part in parts.values()), total["assessed"]


def _iterate_share_checks(day: Figures) -> Iterator[SumCheck]:
    yield from _iterate_hundred_checks("types", day["type_shares"])
    yield from _iterate_hundred_checks("status groups", day["total"]["groups"])
    yield from _iterate_hundred_checks("statuses", day["total"]["statuses"])
    yield from _iterate_hundred_checks("months of last assessment", day["freshness"]["months"])
    for name, part in {**day["types"], **{k: v for k, v in day["regions"].items() if k != NO_REGION}}.items():
        yield from _iterate_hundred_checks(f"status groups of {name}", part["groups"])


def _iterate_hundred_checks(label: str, parts: Mapping[str, Mapping[str, Any]]) -> Iterator[SumCheck]:
    """Yield the check that shares add up to 100; an empty whole has no shares."""
    shares: Iterable[int | None] = [part["share"] for part in parts.values()]
    printed = [share for share in shares if share is not None]
    if printed:
        yield SumCheck(f"shares add up to 100 ({label})", sum(printed), 100)


def _iterate_day_checks(figures: Figures) -> Iterator[SumCheck]:
    """Yield the checks that the last week of the series is the day of the report, and that moves end on it."""
    total = figures["day"]["total"]
    for group in STATUS_GROUPS:
        points = total["groups"][group]["points"]
        yield SumCheck(
            f"the last week of the series is the day of the report ({group})",
            figures["weeks"][-1]["groups"][group]["points"],
            points,
        )
        if figures["moves"] is not None:
            moved = sum(ends[group] for ends in figures["moves"].values())
            yield SumCheck(f"points that moved to a status have it ({group})", moved, points)
