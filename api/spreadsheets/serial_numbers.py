"""Plain text of numbers that programs write in different notations."""

import datetime as dt
import math

MAX_EXACT_INTEGER = 10**15


def normalize_number(text: str) -> str:
    """Write `12.0` and `1.2E1` as "12", and 5.0999999999999996 as "5.1". Raises ValueError if it is not finite."""
    if text.isdecimal() and text.isascii():
        return text
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is not a valid number")
    return str(int(number)) if number.is_integer() and abs(number) < MAX_EXACT_INTEGER else repr(number)


EPOCH_1900, EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001 - days have no time zone
# Lotus 1-2-3 and every program after it count a 29 February 1900, which did not exist.
FALSE_LEAP_DAY = 60
DAY_SECONDS = 86_400
DAY_MILLISECONDS = 1_000 * DAY_SECONDS


def format_serial_day(serial: float, *, since_1904: bool) -> str:
    """Return the day, the time or both as ISO 8601 text, to milliseconds; the number if it is not a date or time.

    No time is rounded up to midnight: 23:59:59.999999 stays on its day.
    """
    if not math.isfinite(serial):
        return repr(serial)
    whole = math.floor(serial)
    if serial < 0 or (whole == FALSE_LEAP_DAY and not since_1904):
        return normalize_number(repr(serial))
    time = dt.timedelta(milliseconds=min(round((serial - whole) * DAY_MILLISECONDS), DAY_MILLISECONDS - 1))
    if whole == 0 and not since_1904:
        return (EPOCH_1900 + time).time().isoformat()
    try:
        moment = _select_epoch(whole, since_1904=since_1904) + dt.timedelta(days=whole) + time
    except OverflowError:
        return normalize_number(repr(serial))
    return moment.date().isoformat() if serial == whole else moment.isoformat()


def _select_epoch(whole: int, *, since_1904: bool) -> dt.datetime:
    if since_1904:
        return EPOCH_1904
    return EPOCH_1900 + dt.timedelta(days=1) if whole < FALSE_LEAP_DAY else EPOCH_1900
