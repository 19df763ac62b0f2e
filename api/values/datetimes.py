"""Parsing and formatting of the two clocks of an address: `datetime` and `as_known_at`."""

import datetime as dt

from api.values.days import DAY_PATTERN, MOMENT_PATTERN, parse_utc
from api.values.days import parse_moment as parse_moment_as_written
from api.values.texts import convert_digits
from models.tables.bitemporal import BEGINNING_OF_TIME, END_OF_TIME, Days

OPEN_SIDES = {"", ".."}


def get_today() -> dt.date:
    """Return today in UTC, the default day of a request."""
    return dt.datetime.now(dt.UTC).date()


def parse_days(text: str) -> Days:
    """Parse OGC's `datetime`: an instant, or an interval `first/last` open at a side that is empty or `..`.

    A day is a calendar date at the point itself, so the date of a date-time counts without its offset. Years
    beyond the calendar, which QGIS sends for "no bound", are open sides. OGC API - Features Part 1, 7.15.4.
    Raises ValueError with a message for the user.
    """
    sides = text.split("/")
    if len(sides) == 1:
        day = _parse_side(text)
        return Days(day, day)
    if len(sides) > 2:
        raise ValueError("an interval has one '/', between its first and its last day")
    first = BEGINNING_OF_TIME if sides[0] in OPEN_SIDES else _parse_side(sides[0])
    last = END_OF_TIME if sides[1] in OPEN_SIDES else _parse_side(sides[1])
    if first > last:
        raise ValueError(f"the interval ends on {last}, before it starts on {first}")
    return Days(first, last)


def _parse_side(text: str) -> dt.date:
    plain = text if DAY_PATTERN.fullmatch(text) else convert_digits(_restore_plus(text))
    if plain.startswith("0000-") and (DAY_PATTERN.fullmatch(plain) or MOMENT_PATTERN.fullmatch(plain)):
        return BEGINNING_OF_TIME
    try:
        return dt.date.fromisoformat(plain) if DAY_PATTERN.fullmatch(plain) else parse_moment_as_written(plain).date()
    except ValueError:
        raise ValueError(f"{text!r} is not a date like 2020-04-15 or a date-time like 2020-04-15T00:00:00Z") from None


def parse_moment(text: str) -> dt.datetime:
    """Parse `as_known_at`: a date-time with its offset, or a date, which means the end of that day in UTC.

    Raises ValueError with a message for the user.
    """
    plain = convert_digits(_restore_plus(text))
    try:
        if DAY_PATTERN.fullmatch(plain):
            return dt.datetime.combine(dt.date.fromisoformat(plain), dt.time.max, dt.UTC)
        return parse_utc(plain)
    except ValueError:
        raise ValueError(f"{text!r} is not a date-time with offset, like 2020-05-03T17:00:00Z, or a date") from None


def _restore_plus(text: str) -> str:
    """Restore a '+' that was not encoded in the address and arrived as a space."""
    return text.replace(" ", "+") if text.count(" ") == 1 else text


def format_days(days: Days) -> str:
    """Format the days as `datetime`, an instant as one date."""
    if days.first == days.last:
        return days.first.isoformat()
    first = ".." if days.first == BEGINNING_OF_TIME else days.first.isoformat()
    last = ".." if days.last == END_OF_TIME else days.last.isoformat()
    return f"{first}/{last}"


def format_moment(moment: dt.datetime) -> str:
    """Format the moment in RFC 3339, in UTC, to the microsecond, the resolution of records."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
