"""Days as spreadsheets store them: the number of days since an epoch, with the time of day as a fraction."""

import datetime as dt
import math

from api.spreadsheets.number_text import normalize_number

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
