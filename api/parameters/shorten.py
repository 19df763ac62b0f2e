"""Texts of clients in messages: short, with characters that can be encoded."""

MAX_SHOWN_CHARACTERS = 100


def shorten(text: str, longest: int = MAX_SHOWN_CHARACTERS) -> str:
    """Cut the text to `longest` characters and `…`; halves of surrogate pairs, which UTF-8 lacks, become `?`."""
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    return cut.encode(errors="replace").decode()
