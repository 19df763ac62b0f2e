"""Moments: the `date-time` of RFC 3339, with `t` and `z` in either case and with leap seconds."""

import datetime as dt
import re

from api.values.days import DAY_PATTERN
from api.values.texts import convert_digits

MOMENT_PATTERN = re.compile(
    rf"(?P<day>{DAY_PATTERN.pattern})[Tt](?P<minute>[0-9]{{2}}:[0-9]{{2}}):(?P<second>[0-9]{{2}})"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def parse_moment(text: str, *, without_zone: bool = False) -> dt.datetime:
    """Parse a moment in its own offset. Raises ValueError.

    With `without_zone` a moment may have no offset, and is then in UTC. A fraction beyond microseconds is cut off. A
    leap second, 23:59:60 in UTC, becomes the last microsecond before it.
    """
    found = MOMENT_PATTERN.fullmatch(convert_digits(text))
    if found is None or not (found["zone"] or without_zone):
        raise ValueError(f"{text!r} is not a moment written as 2020-04-15T12:00:00Z")
    second, micros = found["second"], (found["fraction"] or "")[:6].ljust(6, "0")
    if second == "60":
        return _parse_leap_second(found)
    return dt.datetime.fromisoformat(f"{found['day']}T{found['minute']}:{second}.{micros}{_format_offset(found)}")


def _parse_leap_second(found: re.Match[str]) -> dt.datetime:
    before = dt.datetime.fromisoformat(f"{found['day']}T{found['minute']}:59.999999{_format_offset(found)}")
    if before.astimezone(dt.UTC).timetz().replace(tzinfo=None) != dt.time.max:
        raise ValueError(f"{found[0]!r} is not a leap second: leap seconds end days in UTC")
    return before


def _format_offset(found: re.Match[str]) -> str:
    zone = found["zone"]
    return "+00:00" if zone is None or zone in "Zz" else zone


def parse_utc(text: str, *, without_zone: bool = False) -> dt.datetime:
    """Parse a moment as UTC. Raises ValueError, also if the moment in UTC is outside the years 1 to 9999."""
    try:
        return parse_moment(text, without_zone=without_zone).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is not in the calendar") from None
