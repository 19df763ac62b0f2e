"""Texts that people write into an empty list."""

from models.codes import folded

LONGEST = 20
DASHES = "-‐‑‒–—―−"  # noqa: RUF001 - all dashes that look alike
# The marks distinguish them from codes: NA is Namibia.
SHORT = {"n/a", "n.a.", "n.a", "n/d", "s/o", "s.o.", "n.c.", "غ/م"}
WORDS = {
    *("none", "nil", "nothing", "no measures", "not applicable"),
    *("aucun", "aucune", "aucune mesure", "néant", "sans objet", "non applicable"),
    *("ninguno", "ninguna", "ninguna medida", "nada", "no aplica", "sin medidas"),
    *("لا يوجد", "لا توجد", "لا شيء", "لا ينطبق", "بدون"),
}
FOLDED = frozenset(folded(word) for word in WORDS)


def means_empty(text: str) -> bool:
    """Return whether the text, as the only entry of a list, means an empty list."""
    if len(text) > LONGEST:
        return False
    return not text.strip(DASHES) or text.casefold() in SHORT or folded(text) in FOLDED
