"""Points by status: the building block of the tables of a report."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from models.codes import get_status_group, list_codes

Counts = Mapping[str, int]


def compute_rounded_shares(counts: Counts, together: int = 100) -> dict[str, int | None]:
    """Compute whole per cent of each part of a whole, 100 in total, by the largest remainder; None for an empty whole.

    Each share is rounded down, and the rest up to 100 goes to the parts that lost most; of equals, to the first.
    `together` differs from 100 for parts of a part, which add up to its share.
    """
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts)
    shares = {name: together * count // total for name, count in counts.items()}
    by_loss = sorted(counts, key=lambda name: -(together * counts[name] % total))
    for name in by_loss[: together - sum(shares.values())]:
        shares[name] += 1
    return dict(shares)


def compute_rounded_share(part: int, total: int) -> int | None:
    """Compute the whole per cent of a single share, halves rounded up; None for an empty whole."""
    return (200 * part + total) // (2 * total) if total else None


def compute_exact_share(part: int, total: int) -> float | None:
    """Compute the share from 0 to 1, to four places; None for an empty whole."""
    return round(part / total, 4) if total else None


def compute_change(now: int | None, before: int | None) -> int | None:
    """Compute the percentage points between two published shares: the difference as printed, like IOM's.

    None if one of them was not printed.
    """
    return None if now is None or before is None else now - before


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
