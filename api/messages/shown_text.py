"""Texts of senders as they are shown back: short, and of characters that can be stored and sent."""

import re

LONGEST_SHOWN = 200
NEITHER_STORED_NOR_SENT = re.compile("[\0\ud800-\udfff]")


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """The text, cut where it is too long, with the replacement character for what cannot be stored or sent."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return NEITHER_STORED_NOR_SENT.sub("\N{REPLACEMENT CHARACTER}", cut)
