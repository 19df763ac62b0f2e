"""Keyset pagination: the sort values and key of the last feature on a page, as text in the next page's address."""

import json
from typing import Any

from api.parameters.value_parsing import InvalidValue, PropertyType, parse_value
from api.values.numbers import MAX_INT64, parse_whole


class BadCursor(ValueError):
    """Text that no `next` link of this request contains; the message is for the user."""


def encode_cursor(last: list[Any]) -> str:
    """Format the cursor for the next address, from the page's values of its last feature."""
    return str(last[0]) if len(last) == 1 else json.dumps(last, ensure_ascii=False)


def decode_cursor(text: str, sorted_kinds: list[PropertyType], key: type[int] | type[str]) -> list[Any]:
    """Parse the cursor: the sort values, then the key. Raises BadCursor."""
    try:
        *values, last = json.loads(text) if sorted_kinds else [text]
        typed = [_parse_value(kind, value) for kind, value in zip(sorted_kinds, values, strict=True)]
        return [*typed, _parse_key(last, key)]
    except (ValueError, TypeError, RecursionError):
        raise BadCursor("is not a valid page cursor; use a `next` link unchanged") from None


def _parse_value(kind: PropertyType, value: Any) -> Any:  # noqa: ANN401 - what JSON can hold
    if value is None or (isinstance(value, bool) and kind == "boolean"):
        return value
    return parse_value(kind, _check_text(value) if isinstance(value, str) else json.dumps(value))


def _check_text(value: object) -> str:
    """Return the value as text that the database can store. Raises ValueError: JSON can escape other characters."""
    text = str(value)
    text.encode()
    if "\0" in text:
        raise InvalidValue
    return text


def _parse_key(value: Any, key: type[int] | type[str]) -> int | str:  # noqa: ANN401 - what JSON can hold
    if key is str:
        return _check_text(value)
    number = parse_whole(str(value))
    if abs(number) > MAX_INT64:
        raise InvalidValue
    return number
