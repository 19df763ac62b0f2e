"""Shares in whole per cent, and their changes, as IOM's reports print them."""

from collections.abc import Mapping

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
