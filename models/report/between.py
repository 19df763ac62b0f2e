"""Changes between two days, and week by week: moves from status to status, shares, levels of countries."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from models.codes import codes, status_group_of
from models.report.figures import POE_TYPES, Rows
from models.report.places import INDICATORS
from models.report.tally import GROUPS, Figures, parted, with_changes

NOT_ASSESSED = "not_assessed"
NONE_RECORDED = "none_recorded"


def moves(rows: Rows) -> Figures:
    """Count points of entry by status group on the first day, then by group on the last; null is NOT_ASSESSED."""
    names = (*GROUPS, NOT_ASSESSED)
    counts = {before: dict.fromkeys(names, 0) for before in names}
    for row in rows:
        if row["poe_type"] in POE_TYPES:
            counts[_group(row["status_before"])][_group(row["operational_status"])] += row["points"]
    return counts


def _group(status: str | None) -> str:
    return NOT_ASSESSED if status is None else status_group_of(status)


def weekly(rows: Rows, days: Sequence[dt.date]) -> list[Figures]:
    """Build the points by status group for each of the days, with shares of assessed points, in all and by type.

    The rows are from models/report/weeks.py.
    """
    counts: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        for week in range(row["first_week"], len(days)):
            counts[week, row["poe_type"]][row["status_group"]] += row["points"]
    return [_week(day, {name: counts[week, name] for name in POE_TYPES}) for week, day in enumerate(days)]


def _week(day: dt.date, by_type: Mapping[str, Counter[str]]) -> Figures:
    total = sum(by_type.values(), Counter())
    types = {name: parted({group: counts[group] for group in GROUPS}) for name, counts in by_type.items()}
    groups = parted({group: total[group] for group in GROUPS})
    return {"day": day.isoformat(), "assessed": total.total(), "groups": groups, "types": types}


def levels(rows: Rows, published: Figures | None) -> Figures:
    """Build the countries by level of each indicator on the last day, and the countries with a changed level.

    Changes of shares are relative to the previous figures as `published`; without them, to the first day.
    """
    return {
        indicator: {
            **_compared(rows, indicator, published[indicator]["now"] if published else None),
            "changed": [_changed(row, indicator) for row in rows if row[indicator] != row[f"{indicator}_before"]],
        }
        for indicator in INDICATORS
    }


def _compared(rows: Rows, indicator: str, published: Figures | None) -> Figures:
    before = published or parted(_by_level(rows, indicator, f"{indicator}_before"))
    return {"now": with_changes(parted(_by_level(rows, indicator, indicator)), before), "before": before}


def _by_level(rows: Rows, indicator: str, column: str) -> dict[str, int]:
    counts = dict.fromkeys((*codes(indicator), NONE_RECORDED), 0)
    for row in rows:
        counts[NONE_RECORDED if row[column] is None else str(row[column])] += 1
    return counts


def _changed(row: Mapping[str, Any], indicator: str) -> Figures:
    return {"country": row["iso3"], "from": row[f"{indicator}_before"], "to": row[indicator]}
