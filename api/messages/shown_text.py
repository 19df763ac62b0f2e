"""Cleaning of senders' texts before a message shows them: short, with characters that can be stored and sent."""

import re

LONGEST_SHOWN = 200
NEITHER_STORED_NOR_SENT = re.compile("[\0\ud800-\udfff]")


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Cut the text to `longest` characters and replace characters that cannot be stored or sent by U+FFFD."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return NEITHER_STORED_NOR_SENT.sub("\N{REPLACEMENT CHARACTER}", cut)
