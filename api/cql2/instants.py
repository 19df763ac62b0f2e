"""Days and moments as they are written in filters (RFC 3339)."""

import datetime as dt
import re
from typing import Literal as OneOf

from api.cql2.bad_filter import BadFilter, Position, shown
from api.cql2.tree import Instant, Literal, Node

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Without a zone it is UTC; a fraction beyond microseconds is cut off.
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
OPEN = ".."
Granule = OneOf["date", "timestamp"]
EXAMPLES = {"date": "a day like 2020-03-31", "timestamp": "a moment like 2020-03-31T12:00:00Z"}


def instant(text: str, position: Position, only: Granule | None = None) -> dt.date | dt.datetime:
    """The day or moment written, or `only` one of these. Raises BadFilter."""
    try:
        if only != "timestamp" and DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
        if only != "date" and (found := MOMENT.fullmatch(text)):
            return _moment(*found.groups())
    except (ValueError, OverflowError):
        raise BadFilter(f"'{shown(text)}' is not in the calendar", position) from None
    expected = EXAMPLES[only] if only else " or ".join(EXAMPLES.values())
    raise BadFilter(f"'{shown(text)}' is not a {only or 'date'}", position, expected)


def interval_side(node: Node) -> Node | None:
    """A side of an interval: an instant, None where it is open, or whatever else may turn out to be an instant."""
    match node:
        case Literal(value=str() as text):
            return None if text == OPEN else Instant(instant(text, node.position), position=node.position)
    return node


def written(value: dt.date | dt.datetime) -> str:
    """The day or moment as filters write it."""
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    return value.replace(tzinfo=None).isoformat() + "Z"


def _moment(seconds: str, fraction: str | None, zone: str | None) -> dt.datetime:
    micros = (fraction or "0")[:6].ljust(6, "0")
    offset = "+00:00" if zone in {None, "Z", "z"} else zone
    return dt.datetime.fromisoformat(f"{seconds.upper()}.{micros}{offset}").astimezone(dt.UTC)
