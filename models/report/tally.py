"""Points by status: the building block of the tables of a report."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from models.codes import get_status_group, list_codes
from models.report.shares import compute_change, compute_exact_share, compute_rounded_share, compute_rounded_shares

Row = Mapping[str, Any]
Figures = dict[str, Any]
STATUS_GROUPS = list_codes("status_group")


def count_by_status(rows: Iterable[Row]) -> Figures:
    """Count all points, assessed points and points by status, with shares of assessed points.

    A row without `operational_status` counts points that nobody assessed; they are in no group and in no share.
    """
    statuses: Counter[str | None] = Counter()
    for row in rows:
        statuses[row["operational_status"]] += row["points"]
    not_assessed = statuses.pop(None, 0)
    groups: Counter[str] = Counter()
    for status, points in statuses.items():
        groups[get_status_group(str(status))] += points
    assessed = sum(groups.values())
    shares = compute_rounded_shares({group: groups[group] for group in STATUS_GROUPS})
    return {
        "points": assessed + not_assessed,
        "assessed": assessed,
        "not_assessed": not_assessed,
        "groups": {
            group: {
                "points": groups[group],
                "share": shares[group],
                "exact": compute_exact_share(groups[group], assessed),
            }
            for group in STATUS_GROUPS
        },
        "statuses": _build_status_details(
            {status: statuses[status] for status in list_codes("operational_status")}, shares
        ),
    }


def _build_status_details(counts: Mapping[str, int], shares: Mapping[str, int | None]) -> Figures:
    """Build points by status, with shares of assessed points that add up to the printed share of the group."""
    assessed = sum(counts.values())
    details: Figures = {}
    for group in STATUS_GROUPS:
        members = {status: points for status, points in counts.items() if get_status_group(status) == group}
        share = shares[group]
        nothing = dict.fromkeys(members, None if share is None else 0)
        each = (share is not None and compute_rounded_shares(members, share)) or nothing
        for status, points in members.items():
            printed = nothing[status] if each[status] is None else each[status]
            details[status] = {"points": points, "share": printed, "exact": compute_exact_share(points, assessed)}
    return {status: details[status] for status in counts}


def build_overlapping_shares(counts: Mapping[str, int], of: int) -> Figures:
    """Build points by categories that can overlap in a point: shares of `of`, which need not add up."""
    return {
        name: {"points": points, "share": compute_rounded_share(points, of), "exact": compute_exact_share(points, of)}
        for name, points in counts.items()
    }


def build_exclusive_shares(counts: Mapping[str, int]) -> Figures:
    """Build points by categories that exclude each other: shares that add up to 100."""
    shares, total = compute_rounded_shares(counts), sum(counts.values())
    return {
        name: {"points": points, "share": shares[name], "exact": compute_exact_share(points, total)}
        for name, points in counts.items()
    }


def add_changes(now: Any, before: Any) -> Any:  # noqa: ANN401 - figures, to any depth
    """Add `change` to each share: percentage points since the figures before, if they have that share.

    Without figures before, `change` is null.
    """
    if isinstance(now, dict):
        old = before if isinstance(before, dict) else {}
        figures = {name: add_changes(value, old.get(name)) for name, value in now.items()}
        return figures | {"change": compute_change(now["share"], old.get("share"))} if "share" in now else figures
    return now
