"""Checks that the parts in a report add up to their totals. IOM printed 4,551 points when its types made 4,568."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from models.report.figures import NO_REGION
from models.report.tally import GROUPS, Figures

COUNTED = ("points", "assessed", "not_assessed")


class SumFailed(ValueError):
    """Parts do not add up to their total; the message names them with both numbers."""


class Sum(NamedTuple):
    """A sum of `parts`, which must equal `total`."""

    says: str
    parts: int
    total: int

    @property
    def holds(self) -> bool:
        return self.parts == self.total


def sums_of(figures: Figures) -> list[Sum]:
    """List every sum of the report's figures, correct or not."""
    day = figures["day"]
    sums = [
        *_to_total("types", day["types"], day["total"]),
        *_to_total("countries", day["countries"], day["total"]),
        *_groups("all points of entry", day["total"]),
        *(one for name, part in day["types"].items() for one in _groups(name, part)),
        *(one for name, part in day["regions"].items() for one in _groups(name, part)),
        Sum("months of last assessment add up to points assessed", *_of(day["freshness"]["months"], day["total"])),
        *_shares(day),
        *_of_days(figures),
    ]
    return (
        [*_to_total("regions, with countries in none,", day["regions"], day["total"]), *sums]
        if day["regions"]
        else sums
    )


def refuse_what_does_not_add_up(figures: Figures) -> None:
    """Check that all sums are correct, or raise SumFailed, naming each sum that failed."""
    failed = [f"{one.says}: {one.parts:,} is not {one.total:,}" for one in sums_of(figures) if not one.holds]
    if failed:
        raise SumFailed("; ".join(failed))


def refuse_unknown_days(cut_off: dt.date, known_at: dt.datetime) -> None:
    """Check that an edition covers no day after the moment of its data, or raise SumFailed."""
    if cut_off > known_at.astimezone(dt.UTC).date():
        raise SumFailed(
            f"the cut-off {cut_off} is after {known_at.astimezone(dt.UTC):%Y-%m-%d}, the day of what is known"
        )


def _to_total(parts: str, figures_by_part: Mapping[str, Figures], total: Figures) -> Iterator[Sum]:
    for name in COUNTED:
        yield Sum(
            f"{parts} add up to the total ({name})", sum(part[name] for part in figures_by_part.values()), total[name]
        )
    for group in GROUPS:
        added = sum(part["groups"][group]["points"] for part in figures_by_part.values())
        yield Sum(f"{parts} add up to the total ({group})", added, total["groups"][group]["points"])


def _groups(label: str, part: Figures) -> Iterator[Sum]:
    points = sum(group["points"] for group in part["groups"].values())
    yield Sum(f"status groups, unknown included, add up to points assessed ({label})", points, part["assessed"])
    yield Sum(
        f"statuses add up to points assessed ({label})",
        sum(status["points"] for status in part["statuses"].values()),
        part["assessed"],
    )
    yield Sum(
        f"assessed and not assessed add up to points ({label})",
        part["assessed"] + part["not_assessed"],
        part["points"],
    )


def _of(parts: Mapping[str, Figures], total: Figures) -> tuple[int, int]:
    return sum(part["points"] for part in parts.values()), total["assessed"]


def _shares(day: Figures) -> Iterator[Sum]:
    yield from _hundred("types", day["type_shares"])
    yield from _hundred("status groups", day["total"]["groups"])
    yield from _hundred("statuses", day["total"]["statuses"])
    yield from _hundred("months of last assessment", day["freshness"]["months"])
    for name, part in {**day["types"], **{k: v for k, v in day["regions"].items() if k != NO_REGION}}.items():
        yield from _hundred(f"status groups of {name}", part["groups"])


def _hundred(label: str, parts: Mapping[str, Mapping[str, Any]]) -> Iterator[Sum]:
    """Yield the check that shares add up to 100; an empty whole has no shares."""
    shares: Iterable[int | None] = [part["share"] for part in parts.values()]
    printed = [share for share in shares if share is not None]
    if printed:
        yield Sum(f"shares add up to 100 ({label})", sum(printed), 100)


def _of_days(figures: Figures) -> Iterator[Sum]:
    """Yield the checks that the last week of the series is the day of the report, and that moves end on it."""
    total = figures["day"]["total"]
    for group in GROUPS:
        points = total["groups"][group]["points"]
        yield Sum(
            f"the last week of the series is the day of the report ({group})",
            figures["weeks"][-1]["groups"][group]["points"],
            points,
        )
        if figures["moves"] is not None:
            moved = sum(ends[group] for ends in figures["moves"].values())
            yield Sum(f"points that moved to a status have it ({group})", moved, points)
