"""Limits of every query parameter: characters, values of a list, and size of the query.

Every parameter has these limits by default; a parameter with longer texts declares `MaxCharacters`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

# A whole query string; each character of the longest filter, 16,384, may be encoded in three bytes.
MAX_QUERY_BYTES = 60_000
MAX_PARAMETERS = 1_000
MAX_CHARACTERS = 500
# More than the number of countries, with their commas.
MAX_ITEMS = 500
MAX_LIST_CHARACTERS = 20_000
# One value of a list, or a text that is a code or a name.
MAX_ITEM_CHARACTERS = 100
# A code or a number in a path.
MAX_PATH_CHARACTERS = 200
# Parameter, value and reason.
ParameterError = dict[str, str]


@dataclass(frozen=True, slots=True)
class MaxCharacters:
    """Annotation of a parameter: the maximum length of its text."""

    characters: int


def get_max_characters(field: FieldInfo) -> int:
    """Return the maximum length of the parameter's text."""
    limits = [each.characters for each in iterate_annotations(field) if isinstance(each, MaxCharacters)]
    if limits:
        return limits[0]
    return MAX_LIST_CHARACTERS if accepts_list(field) else MAX_CHARACTERS


def accepts_list(field: FieldInfo) -> bool:
    """Return whether the parameter accepts several values, separated by commas or repeated."""
    return isinstance(field.default, tuple)


def iterate_annotations(field: FieldInfo) -> Iterator[Any]:
    """Iterate over the annotations of the field's type, also within a union with None."""
    yield from field.metadata
    for part in get_args(field.annotation):
        for each in part.__metadata__ if get_origin(part) is Annotated else ():
            yield from each.metadata if isinstance(each, FieldInfo) else (each,)


def can_be_code(text: str) -> bool:
    """Return whether a part of a path can be a code: neither too long, nor with a character that no text can store."""
    return len(text) <= MAX_PATH_CHARACTERS and "\0" not in text
