"""Suggestions of names for one that does not exist."""

import difflib
from collections.abc import Iterable


def suggest_names(wanted: str, candidates: Iterable[str], most: int) -> list[str]:
    """Suggest names with all words of `wanted`, or with no other words; then names with the most similar spelling.

    All names are folded: `models.codes.folded`. By spelling alone, a city was never near to the name of its airport.
    """
    names = sorted(set(candidates))
    words = set(wanted.split())
    alike = [name for name in names if words <= (own := set(name.split())) or own <= words]
    alike.sort(key=lambda name: (name != wanted, not name.startswith(wanted), len(name)))
    # Comparing the spelling of thousands of names is slow, and not needed where words match.
    spelt = difflib.get_close_matches(wanted, names, most) if len(alike) < most else []
    return list(dict.fromkeys([*alike, *spelt]))[:most]
