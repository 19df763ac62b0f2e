"""Example data for demonstrations and benchmarks: weeks of invented assessments, marked as such.

Week by week, the shares of closed, partly and fully operational points follow what IOM published from June 2020 to
December 2021, and differ by region and type as they did. They go through the submission service, by an office called
"Example data (not real)".
"""

import csv
import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.values.days import parse_day

SHARES = ("closed_pct", "partial_pct", "full_pct")
# How much more closed (positive) or open a region's points were than the world's, from the editions.
REGIONS = {"WCA": 0.35, "SAM": 0.25, "MENA": 0.2, "SAF": 0.15, "EHA": -0.1, "SEEECA": -0.1, "CNAC": -0.05, "EEA": -0.5}
TYPES = {"land_border_point": 0.2, "airport": 0.0, "blue_border_point": -0.1}
# Standard deviation of a point's weekly change: most points have the same status in the next week.
WEEKLY_CHANGE = 0.05
PARTIAL_STATUSES = ("partially_operational", "returning_nationals_and_residents_only", "closed_for_entry")
POPULATIONS = ("regular_travellers", "nationals", "stranded_migrants", "tourists", "asylum_seekers")


@dataclass(frozen=True, slots=True)
class ExamplePoint:
    """A point of entry with its type and the IOM region of its country."""

    code: str
    poe_type: str
    region: str | None


@dataclass(frozen=True, slots=True)
class PublishedShares:
    """Shares that IOM published, in per cent: closed, partly and fully operational points by report date."""

    days: list[dt.date]
    shares: list[tuple[float, float, float]]

    @classmethod
    def read(cls, path: Path) -> "PublishedShares":
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        days = [parse_day(row["report_date"]) for row in rows]
        return cls(days, [(float(row[SHARES[0]]), float(row[SHARES[1]]), float(row[SHARES[2]])) for row in rows])

    def interpolate(self, day: dt.date) -> tuple[float, float, float]:
        """Interpolate the shares of a day between two editions; beyond the first or last edition return its shares."""
        after = next((i for i, known in enumerate(self.days) if known >= day), None)
        if after is None or after == 0:
            return self.shares[-1 if after is None else 0]
        part = (day - self.days[after - 1]).days / (self.days[after] - self.days[after - 1]).days
        before, then = self.shares[after - 1], self.shares[after]
        closed, partial, full = (one + part * (other - one) for one, other in zip(before, then, strict=True))
        return closed, partial, full


def generate_example_weeks(
    points: Sequence[ExamplePoint], published: PublishedShares, first: dt.date, weeks: int, seed: int = 1
) -> Iterator[tuple[dt.date, dict[str, Any]]]:
    """Yield each week's day and submission as JSON. The same seed gives the same weeks."""
    for day, statuses in generate_weekly_statuses(points, published, first, weeks, seed):
        rows = [build_example_row(point, status, day, seed) for point, status in zip(points, statuses, strict=True)]
        yield day, {"rows": rows}


def generate_weekly_statuses(
    points: Sequence[ExamplePoint], published: PublishedShares, first: dt.date, weeks: int, seed: int = 1
) -> Iterator[tuple[dt.date, list[str]]]:
    """Yield each week's day and the points' statuses: open, partially, closed or unknown."""
    chance = random.Random(seed)  # noqa: S311 - example data, no secret
    strictness = [chance.gauss(0, 0.5) + REGIONS.get(p.region or "", 0) + TYPES.get(p.poe_type, 0) for p in points]
    for week in range(weeks):
        day = first + dt.timedelta(weeks=week)
        strictness = [value + chance.gauss(0, WEEKLY_CHANGE) for value in strictness]
        yield day, _assign_statuses(strictness, published.interpolate(day))


def _assign_statuses(strictness: Sequence[float], shares: tuple[float, float, float]) -> list[str]:
    """Assign closed to the strictest points, partially to the next, open to the least strict, unknown in between."""
    order = sorted(range(len(strictness)), key=lambda place: -strictness[place])
    closed, partial, full = (round(len(order) * share / 100) for share in shares)
    statuses = ["unknown"] * len(order)
    for rank, place in enumerate(order):
        if rank < closed:
            statuses[place] = "closed"
        elif rank < closed + partial:
            statuses[place] = "partially"
        elif rank >= len(order) - full:
            statuses[place] = "open"
    return statuses


def build_example_row(point: ExamplePoint, status: str, day: dt.date, seed: int) -> dict[str, Any]:
    """Build a row of a submission. Its details depend on the point alone, so they change only with the status."""
    chance = random.Random(f"{seed} {point.code}")  # noqa: S311
    partial, populations = chance.choice(PARTIAL_STATUSES), sorted(chance.sample(POPULATIONS, 2))
    row: dict[str, Any] = {
        "point": point.code,
        "assessed_on": day.isoformat(),
        "operational_status": partial if status == "partially" else status,
        "source": "example data",
        "confidence": "assumed",
        "comment": "Example data, not real",
    }
    if status in {"closed", "partially"}:
        row |= {"measures": ["movement_restricted"], "affected_populations": populations}
        row |= {"expected_duration": chance.choice(("14_days_to_1_month", "1_to_3_months", "unknown"))}
    return row
