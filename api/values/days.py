"""Days and moments: the `full-date` and `date-time` of RFC 3339, in no other notation of ISO 8601 (2020-W29-3).

The letters of a moment may be in either case, and it may be a leap second.
"""

import datetime as dt
import re

from api.messages.message import MessageError
from api.values.texts import convert_digits

DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Suffix of a day in programs that write moments only. GDAL writes the `T` without a time.
MIDNIGHT_PATTERN = re.compile(r"[Tt](00:00(:00(\.0+)?)?([Zz]|\+00:00)?)?")
# strptime would read the digits of forty scripts.
NON_ASCII_DIGIT = re.compile(r"(?![0-9])\d")
FIRST_YEAR, LAST_YEAR = 1900, 2199
OUTSIDE_YEARS_TEXT = f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"


class YearOutOfRange(MessageError):
    """Error of a day outside the years of records."""


def parse_day(text: str) -> dt.date:
    """Parse a day written as 2020-04-15, in digits of ASCII or Arabic. Raises MessageError."""
    plain = convert_digits(text)
    try:
        if DAY_PATTERN.fullmatch(plain):
            return dt.date.fromisoformat(plain)
    except ValueError:
        raise MessageError("not_a_day.calendar", text=text) from None
    raise MessageError("not_a_day.form", text=text)


def parse_day_or_midnight(text: str) -> dt.date:
    """Parse a day, also if a program wrote the moment at which it begins. Raises MessageError like `parse_day`."""
    return parse_day(text[:10]) if MIDNIGHT_PATTERN.fullmatch(text[10:]) else parse_day(text)


def parse_day_as(text: str, date_format: str) -> dt.date:
    """Parse a day in one of strptime's formats. Raises ValueError."""
    plain = convert_digits(text)
    if not plain.isascii() and NON_ASCII_DIGIT.search(plain):
        raise ValueError(f"{text!r} has unsupported digits")
    return dt.datetime.strptime(plain, date_format).date()  # noqa: DTZ007 - a day has no time zone


def parse_record_day(text: str) -> dt.date:
    """Parse the day of a record, in the years 1900 to 2199. Raises OutsideYears, and MessageError like `parse_day`."""
    return check_years(parse_day(text))


def check_years(day: dt.date) -> dt.date:
    """Check that a record can begin or end on the day, and return it. Raises OutsideYears."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise YearOutOfRange("out_of_range.years", day=day, first=FIRST_YEAR, last=LAST_YEAR)
    return day


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
