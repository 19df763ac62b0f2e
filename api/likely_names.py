"""Which of the known names somebody may have meant who wrote another."""

import difflib
from collections.abc import Iterable


def likely_names(wanted: str, known: Iterable[str], most: int) -> list[str]:
    """Those of the names that have all of its words, or all of whose words it has; then those spelt most like it.

    All are folded: `models.codes.folded`. By spelling alone, a city was never near to the name of its airport.
    """
    names = sorted(set(known))
    words = set(wanted.split())
    alike = [name for name in names if words <= (own := set(name.split())) or own <= words]
    alike.sort(key=lambda name: (name != wanted, not name.startswith(wanted), len(name)))
    # Of thousands of names comparing the spelling takes long, and it is not needed where words are the same.
    spelt = difflib.get_close_matches(wanted, names, most) if len(alike) < most else []
    return list(dict.fromkeys([*alike, *spelt]))[:most]
