"""JSON of which nothing is lost or guessed: no member twice, no NaN, no number rounded before it is looked at."""

import json
from collections import Counter
from typing import Any

from api.messages.message import MessageError
from api.spreadsheets.faults import TooLarge
from api.spreadsheets.number_text import number_text

Members = dict[str, Any]
# A row has a hundred columns at most, and the answers of a form are some hundreds.
MOST_MEMBERS = 10_000


class NotJson(MessageError):
    """The bytes are no JSON; the message says where."""


class Number(str):
    """A number as text: `12.0` is "12"."""

    __slots__ = ()


class NoNumber:
    """What stands in place of NaN, Infinity and numbers too large, which JSON does not have; `text` is what stood."""

    def __init__(self, text: str) -> None:
        self.text = text


class WithDoubles(dict[str, Any]):
    """An object with members of the same name, `twice`, of which the last one is kept."""

    def __init__(self, members: Members, twice: tuple[str, ...]) -> None:
        super().__init__(members)
        self.twice = twice


def read_json(body: bytes, most_values: int) -> Any:  # noqa: ANN401 - what JSON can hold
    """The document. Raises NotJson, and TooLarge before it is read if it has more values than that.

    Also for an object with more than MOST_MEMBERS members.
    """
    text = _text(body)
    # Each value is followed by a comma or by the end of its list or object. Those in texts count too.
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
    """A value of the document as JSON, its numbers as they were sent."""
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
