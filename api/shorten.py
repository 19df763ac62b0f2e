"""Texts of clients as they are shown back: short, and of characters that can be sent."""

LONGEST_SHOWN = 100


def shorten(text: str, longest: int = LONGEST_SHOWN) -> str:
    """The first `longest` characters, `…` for what was cut; halves of surrogate pairs, which UTF-8 lacks, as `?`."""
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    return cut.encode(errors="replace").decode()
