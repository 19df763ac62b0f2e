"""Changes between two days, and week by week: moves from status to status, shares, levels of countries."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from models.codes import get_status_group, list_codes
from models.report.figures import POE_TYPES, Rows
from models.report.places import INDICATORS
from models.report.status_counts import STATUS_GROUPS, Figures, add_changes, build_exclusive_shares

NOT_ASSESSED = "not_assessed"
NONE_RECORDED = "none_recorded"


def count_moves(rows: Rows) -> Figures:
    """Count points of entry by status group on the first day, then by group on the last; null is NOT_ASSESSED."""
    names = (*STATUS_GROUPS, NOT_ASSESSED)
    counts = {before: dict.fromkeys(names, 0) for before in names}
    for row in rows:
        if row["poe_type"] in POE_TYPES:
            counts[_get_group(row["status_before"])][_get_group(row["operational_status"])] += row["points"]
    return counts


def _get_group(status: str | None) -> str:
    return NOT_ASSESSED if status is None else get_status_group(status)


def build_weekly_figures(rows: Rows, days: Sequence[dt.date]) -> list[Figures]:
    """Build the points by status group for each of the days, with shares of assessed points, in all and by type.

    The rows are from models/report/counts.py.
    """
    counts: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        for week in range(row["first_week"], len(days)):
            counts[week, row["poe_type"]][row["status_group"]] += row["points"]
    return [_build_week(day, {name: counts[week, name] for name in POE_TYPES}) for week, day in enumerate(days)]


def _build_week(day: dt.date, by_type: Mapping[str, Counter[str]]) -> Figures:
    total = sum(by_type.values(), Counter())
    types = {
        name: build_exclusive_shares({group: counts[group] for group in STATUS_GROUPS})
        for name, counts in by_type.items()
    }
    groups = build_exclusive_shares({group: total[group] for group in STATUS_GROUPS})
    return {"day": day.isoformat(), "assessed": total.total(), "groups": groups, "types": types}


def build_level_figures(rows: Rows, published: Figures | None) -> Figures:
    """Build the countries by level of each indicator on the last day, and the countries with a changed level.

    Changes of shares are relative to the previous figures as `published`; without them, to the first day.
    """
    return {
        indicator: {
            **_compare_levels(rows, indicator, published[indicator]["now"] if published else None),
            "changed": [
                _build_level_change(row, indicator) for row in rows if row[indicator] != row[f"{indicator}_before"]
            ],
        }
        for indicator in INDICATORS
    }


def _compare_levels(rows: Rows, indicator: str, published: Figures | None) -> Figures:
    before = published or build_exclusive_shares(_count_by_level(rows, indicator, f"{indicator}_before"))
    return {
        "now": add_changes(build_exclusive_shares(_count_by_level(rows, indicator, indicator)), before),
        "before": before,
    }


def _count_by_level(rows: Rows, indicator: str, column: str) -> dict[str, int]:
    counts = dict.fromkeys((*list_codes(indicator), NONE_RECORDED), 0)
    for row in rows:
        counts[NONE_RECORDED if row[column] is None else str(row[column])] += 1
    return counts


def _build_level_change(row: Mapping[str, Any], indicator: str) -> Figures:
    return {"country": row["iso3"], "from": row[f"{indicator}_before"], "to": row[indicator]}
