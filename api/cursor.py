"""Keyset pagination: the sort values and key of the last feature on a page, as text in the next page's address."""

import json
from typing import Any

from api.asked_values import NotAValue, value_of
from api.kinds import Kind
from api.values.numbers import LARGEST_INT64, parse_whole


class BadCursor(ValueError):
    """Text that no `next` link of this request contains; the message is for the user."""


def written(last: list[Any]) -> str:
    """Format the cursor for the next address, from the page's values of its last feature."""
    return str(last[0]) if len(last) == 1 else json.dumps(last, ensure_ascii=False)


def read(text: str, sorted_kinds: list[Kind], key: type[int] | type[str]) -> list[Any]:
    """Parse the cursor: the sort values, then the key. Raises BadCursor."""
    try:
        *values, last = json.loads(text) if sorted_kinds else [text]
        typed = [_value(kind, value) for kind, value in zip(sorted_kinds, values, strict=True)]
        return [*typed, _key(last, key)]
    except (ValueError, TypeError, RecursionError):
        raise BadCursor("is not where a page starts: take it from a `next` link as it stands there") from None


def _value(kind: Kind, value: Any) -> Any:  # noqa: ANN401 - what JSON can hold
    if value is None or (isinstance(value, bool) and kind == "boolean"):
        return value
    return value_of(kind, _text(value) if isinstance(value, str) else json.dumps(value))


def _text(value: object) -> str:
    """Return the value as text that the database can store. Raises ValueError: JSON can escape other characters."""
    text = str(value)
    text.encode()
    if "\0" in text:
        raise NotAValue
    return text


def _key(value: Any, key: type[int] | type[str]) -> int | str:  # noqa: ANN401 - what JSON can hold
    if key is str:
        return _text(value)
    number = parse_whole(str(value))
    if abs(number) > LARGEST_INT64:
        raise NotAValue
    return number
