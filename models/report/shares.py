"""Shares in whole per cent, and how they change: as IOM's reports print them."""

from collections.abc import Mapping

Counts = Mapping[str, int]


def whole_shares(counts: Counts, together: int = 100) -> dict[str, int | None]:
    """Whole per cent of each part of a whole, together 100, by the largest remainder; None where there is nothing.

    Each is rounded down, and what is missing from 100 goes to those that lost most; of equals, to the first.
    `together` is other than 100 for parts of a part, which add up to its share.
    """
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts)
    shares = {name: together * count // total for name, count in counts.items()}
    by_loss = sorted(counts, key=lambda name: -(together * counts[name] % total))
    for name in by_loss[: together - sum(shares.values())]:
        shares[name] += 1
    return dict(shares)


def whole_share(part: int, total: int) -> int | None:
    """Whole per cent of something that is no part of a whole, halves rounded up; None of nothing."""
    return (200 * part + total) // (2 * total) if total else None


def exact_share(part: int, total: int) -> float | None:
    """From 0 to 1, to four places; None of nothing."""
    return round(part / total, 4) if total else None


def change(now: int | None, before: int | None) -> int | None:
    """Percentage points from one published share to the next: the difference of what was printed, as with IOM's.

    None where one of them was not printed.
    """
    return None if now is None or before is None else now - before
