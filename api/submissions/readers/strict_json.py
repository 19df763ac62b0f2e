"""Strict JSON reader without loss: it reports duplicate members and NaN, and keeps numbers as text."""

import json
from collections import Counter
from typing import Any

from api.messages.message import MessageError
from api.spreadsheets.errors import TooLarge
from api.spreadsheets.serial_numbers import normalize_number

Members = dict[str, Any]
# A row has at most a hundred columns, and a form some hundreds of answers.
MAX_MEMBERS = 10_000


class InvalidJson(MessageError):
    """Error of bytes that are not JSON; the message names the place."""


class JsonNumber(str):
    """Number as text: `12.0` is "12"."""

    __slots__ = ()


class InvalidNumber:
    """Placeholder for NaN, Infinity and too large numbers, which JSON does not have; `text` is the original."""

    def __init__(self, text: str) -> None:
        self.text = text


class DuplicateMembers(dict[str, Any]):
    """Object with duplicate members; `twice` are their names. The last member of a name counts."""

    def __init__(self, members: Members, twice: tuple[str, ...]) -> None:
        super().__init__(members)
        self.twice = twice


def read_json(body: bytes, most_values: int) -> Any:  # noqa: ANN401 - what JSON can hold
    """Parse the document. Raises NotJson, and TooLarge before parsing if it has more than `most_values` values.

    Also raises TooLarge for an object with more than MOST_MEMBERS members.
    """
    text = _decode_body(body)
    # A comma, or the end of its list or object, follows each value. Commas and brackets within texts count too.
    if text.count(",") + text.count("[") + text.count("{") > most_values:
        raise TooLarge("too_large.values", most=most_values)
    try:
        return json.loads(
            text,
            object_pairs_hook=_build_members,
            parse_int=_parse_number,
            parse_float=_parse_number,
            parse_constant=InvalidNumber,
        )
    except json.JSONDecodeError as error:
        raise InvalidJson("not_json", line=error.lineno, column=error.colno, reason=error.msg) from error
    except RecursionError as error:
        raise InvalidJson("too_deep") from error


def serialize_json(value: object) -> str:
    """Serialize a value of the document as JSON, with its original numbers."""
    match value:
        case InvalidNumber(text=text):
            return text
        case JsonNumber():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)}: {serialize_json(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(serialize_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _decode_body(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        byte = f"{body[error.start]:#04x}"
        raise InvalidJson("not_utf8", byte=byte, position=error.start, line=line) from error


def _build_members(pairs: list[tuple[str, Any]]) -> Members:
    if len(pairs) > MAX_MEMBERS:
        raise TooLarge("too_large.members", most=MAX_MEMBERS)
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    counts = Counter(name for name, _ in pairs)
    return DuplicateMembers(members, tuple(name for name, count in counts.items() if count > 1))


def _parse_number(text: str) -> JsonNumber | InvalidNumber:
    try:
        return JsonNumber(normalize_number(text))
    except (ValueError, OverflowError):
        return InvalidNumber(text)
