"""Cleaning of senders' texts before a message shows them: short, with characters that can be stored and sent."""

import re

MAX_DISPLAY_CHARACTERS = 200
UNSTORABLE_CHARACTERS = re.compile("[\0\ud800-\udfff]")


def sanitize_text(text: str, longest: int = MAX_DISPLAY_CHARACTERS) -> str:
    """Cut the text to `longest` characters and replace characters that cannot be stored or sent by U+FFFD."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return UNSTORABLE_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", cut)
