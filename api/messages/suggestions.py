"""Suggestions of names for one that does not exist, and the end of a message that lists them."""

from collections.abc import Iterable, Sequence

from models.codes import find_similar


def format_suggestions(near: Sequence[str], alternative: str = "") -> str:
    """Format the end of a message: "; did you mean a or b?", or the alternative without suggestions."""
    return f"; did you mean {' or '.join(near)}?" if near else alternative


def suggest_names(wanted: str, candidates: Iterable[str], most: int) -> list[str]:
    """Suggest names with all words of `wanted`, or with no other words; then names with the most similar spelling.

    All names are folded: `models.codes.fold_text`. By spelling alone, a city was never near to the name of its airport.
    """
    names = sorted(set(candidates))
    words = set(wanted.split())
    alike = [name for name in names if words <= (own := set(name.split())) or own <= words]
    alike.sort(key=lambda name: (name != wanted, not name.startswith(wanted), len(name)))
    # Comparing the spelling of thousands of names is slow, and not needed where words match.
    spelt = find_similar(wanted, names, most) if len(alike) < most else []
    return list(dict.fromkeys([*alike, *spelt]))[:most]
