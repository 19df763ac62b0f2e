"""Strict JSON reader without loss: it reports duplicate members and NaN, and keeps numbers as text."""

import json
from collections import Counter
from typing import Any

from api.messages.message import MessageError
from api.spreadsheets.faults import TooLarge
from api.spreadsheets.number_text import number_text

Members = dict[str, Any]
# A row has at most a hundred columns, and a form some hundreds of answers.
MOST_MEMBERS = 10_000


class NotJson(MessageError):
    """Error of bytes that are not JSON; the message names the place."""


class Number(str):
    """Number as text: `12.0` is "12"."""

    __slots__ = ()


class NoNumber:
    """Placeholder for NaN, Infinity and too large numbers, which JSON does not have; `text` is the original."""

    def __init__(self, text: str) -> None:
        self.text = text


class WithDoubles(dict[str, Any]):
    """Object with duplicate members; `twice` are their names. The last member of a name counts."""

    def __init__(self, members: Members, twice: tuple[str, ...]) -> None:
        super().__init__(members)
        self.twice = twice


def read_json(body: bytes, most_values: int) -> Any:  # noqa: ANN401 - what JSON can hold
    """Parse the document. Raises NotJson, and TooLarge before parsing if it has more than `most_values` values.

    Also raises TooLarge for an object with more than MOST_MEMBERS members.
    """
    text = _text(body)
    # A comma, or the end of its list or object, follows each value. Commas and brackets within texts count too.
    if text.count(",") + text.count("[") + text.count("{") > most_values:
        raise TooLarge("too_large.values", most=most_values)
    try:
        return json.loads(
            text, object_pairs_hook=_members, parse_int=_number, parse_float=_number, parse_constant=NoNumber
        )
    except json.JSONDecodeError as error:
        raise NotJson("not_json", line=error.lineno, column=error.colno, reason=error.msg) from error
    except RecursionError as error:
        raise NotJson("too_deep") from error


def written(value: object) -> str:
    """Serialize a value of the document as JSON, with its original numbers."""
    match value:
        case NoNumber(text=text):
            return text
        case Number():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)}: {written(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        byte = f"{body[error.start]:#04x}"
        raise NotJson("not_utf8", byte=byte, position=error.start, line=line) from error


def _members(pairs: list[tuple[str, Any]]) -> Members:
    if len(pairs) > MOST_MEMBERS:
        raise TooLarge("too_large.members", most=MOST_MEMBERS)
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    counts = Counter(name for name, _ in pairs)
    return WithDoubles(members, tuple(name for name, count in counts.items() if count > 1))


def _number(text: str) -> Number | NoNumber:
    try:
        return Number(number_text(text))
    except (ValueError, OverflowError):
        return NoNumber(text)
