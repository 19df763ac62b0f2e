"""How much of a request's parameters is read, whatever they are: characters, values of a list, and the whole of them.

Every parameter has these bounds without naming them; one that takes longer texts says so with `MaxCharacters`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

# A whole query string; the longest filter, 16,384 characters, may have each of them escaped (three bytes).
MAX_QUERY_BYTES = 60_000
MAX_PARAMETERS = 1_000
MAX_CHARACTERS = 500
# More codes than there are countries, and room for their commas.
MAX_ITEMS = 500
MAX_LIST_CHARACTERS = 20_000
# One value of a list, or a text that is a code or a name.
MAX_ITEM_CHARACTERS = 100
# A code or a number in a path.
MAX_PATH_CHARACTERS = 200
# Parameter, value and reason.
Error = dict[str, str]


@dataclass(frozen=True, slots=True)
class MaxCharacters:
    """Put among the annotations of a parameter: how long its text may be."""

    characters: int


def max_characters(field: FieldInfo) -> int:
    """How long the text of the parameter may be."""
    named = [each.characters for each in annotations_of(field) if isinstance(each, MaxCharacters)]
    if named:
        return named[0]
    return MAX_LIST_CHARACTERS if takes_several(field) else MAX_CHARACTERS


def takes_several(field: FieldInfo) -> bool:
    """Whether the parameter takes several values, with commas between or repeated."""
    return isinstance(field.default, tuple)


def annotations_of(field: FieldInfo) -> Iterator[Any]:
    """Everything that is said of the field's type, also where None is another type of it."""
    yield from field.metadata
    for part in get_args(field.annotation):
        for each in part.__metadata__ if get_origin(part) is Annotated else ():
            yield from each.metadata if isinstance(each, FieldInfo) else (each,)


def can_be_code(text: str) -> bool:
    """Whether a part of a path can be a code: no code is as long as others are, or holds what no text can store."""
    return len(text) <= MAX_PATH_CHARACTERS and "\0" not in text


def excess_of_query(query_string: bytes, listed: Sequence[tuple[str, str]]) -> Error | None:
    """What is wrong with a query string that is too long or has too many parameters; `listed` are those in it."""
    if listed and len(query_string) > MAX_QUERY_BYTES:
        name, value = max(listed, key=lambda pair: len(pair[0]) + len(pair[1]))
        reason = f"is the longest of parameters that have more than {MAX_QUERY_BYTES:,} bytes together"
        return {"parameter": name, "value": value, "reason": reason}
    if len(listed) > MAX_PARAMETERS:
        name, value = listed[MAX_PARAMETERS]
        reason = f"is one of {len(listed):,} parameters; at most {MAX_PARAMETERS:,} are read"
        return {"parameter": name, "value": value, "reason": reason}
    return None


def long_values(given: Mapping[str, str], known: Mapping[str, FieldInfo]) -> list[Error]:
    """What is wrong with each of the given values that is longer than its parameter may be."""
    most = {name: max_characters(known[name]) for name in given if name in known}
    return [
        {"parameter": name, "value": value, "reason": f"has {len(value):,} characters; at most {most[name]:,} are read"}
        for name, value in given.items()
        if name in most and len(value) > most[name]
    ]
