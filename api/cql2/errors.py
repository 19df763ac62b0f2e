"""Errors in a filter, with their position."""

import unicodedata
from collections.abc import Iterable

from api.messages.suggestions import format_suggestions
from models.codes import find_similar

# Position in the filter: a character of the text, from 0, or the path of a JSON value ("/args/0").
Position = int | str
MAX_SHOWN_LENGTH = 40


class BadFilter(ValueError):
    """Filter that cannot be used. `message` is for the user; `expected` describes valid input at `position`."""

    def __init__(self, message: str, position: Position, expected: str | None = None) -> None:
        self.message = message
        self.position = position
        self.expected = expected
        place = f"at character {position + 1}" if isinstance(position, int) else f"at {position or 'its root'}"
        super().__init__(f"{message} ({place})" + (f"; expected {expected}" if expected else ""))


def format_excerpt(text: str) -> str:
    """Return the text shortened to `MAX_SHOWN_LENGTH` characters, with control characters and surrogates replaced."""
    cut = text if len(text) <= MAX_SHOWN_LENGTH else f"{text[:MAX_SHOWN_LENGTH]}…"
    return "".join("�" if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in cut)


def format_name_hint(name: str, known: Iterable[str]) -> str:
    """Build the end of a message about an unknown name: the nearest valid name, or all valid names."""
    names = {each.lower(): each for each in known}
    near = find_similar(name[:MAX_SHOWN_LENGTH].lower(), names, 1)
    return format_suggestions([names[word] for word in near], f"; expected one of {', '.join(sorted(names.values()))}")
