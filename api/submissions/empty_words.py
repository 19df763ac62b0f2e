"""Texts that people write into an empty list."""

from models.codes import fold_text

MAX_CHARACTERS = 20
DASHES = "-‐‑‒–—―−"  # noqa: RUF001 - all dashes that look alike
# The marks distinguish them from codes: NA is Namibia.
EMPTY_ABBREVIATIONS = {"n/a", "n.a.", "n.a", "n/d", "s/o", "s.o.", "n.c.", "غ/م"}
EMPTY_WORDS = {
    *("none", "nil", "nothing", "no measures", "not applicable"),
    *("aucun", "aucune", "aucune mesure", "néant", "sans objet", "non applicable"),
    *("ninguno", "ninguna", "ninguna medida", "nada", "no aplica", "sin medidas"),
    *("لا يوجد", "لا توجد", "لا شيء", "لا ينطبق", "بدون"),
}
FOLDED_EMPTY_WORDS = frozenset(fold_text(word) for word in EMPTY_WORDS)


def is_empty_list_text(text: str) -> bool:
    """Return whether the text, as the only entry of a list, means an empty list."""
    if len(text) > MAX_CHARACTERS:
        return False
    return not text.strip(DASHES) or text.casefold() in EMPTY_ABBREVIATIONS or fold_text(text) in FOLDED_EMPTY_WORDS
