"""Parser and formatter of days and moments in filters (RFC 3339)."""

import datetime as dt
from typing import Literal as OneOf

from api.cql2.bad_filter import BadFilter, Position, format_excerpt
from api.cql2.tree import Instant, Literal, Node
from api.values.days import DAY_PATTERN, parse_day
from api.values.moments import MOMENT_PATTERN, parse_utc
from api.values.texts import convert_digits

OPEN_SIDE = ".."
InstantKind = OneOf["date", "timestamp"]
INSTANT_EXAMPLES = {"date": "a day like 2020-03-31", "timestamp": "a moment like 2020-03-31T12:00:00Z"}


def parse_instant(text: str, position: Position, only: InstantKind | None = None) -> dt.date | dt.datetime:
    """Parse a day or a moment; `only` accepts one of the two. Raise BadFilter for other text."""
    plain = convert_digits(text)
    try:
        if only != "timestamp" and DAY_PATTERN.fullmatch(plain):
            return parse_day(plain)
        if only != "date" and MOMENT_PATTERN.fullmatch(plain):
            return parse_utc(plain, without_zone=True)
    except ValueError:
        raise BadFilter(f"'{format_excerpt(text)}' is not in the calendar", position) from None
    expected = INSTANT_EXAMPLES[only] if only else " or ".join(INSTANT_EXAMPLES.values())
    raise BadFilter(f"'{format_excerpt(text)}' is not a {only or 'date'}", position, expected)


def parse_interval_side(node: Node) -> Node | None:
    """Parse a side of an interval: an instant, None if it is open, or a node that may evaluate to an instant."""
    match node:
        case Literal(value=str() as text):
            return None if text == OPEN_SIDE else Instant(parse_instant(text, node.position), position=node.position)
    return node


def format_instant(value: dt.date | dt.datetime) -> str:
    """Format the day or moment as in a filter."""
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    return value.replace(tzinfo=None).isoformat() + "Z"
