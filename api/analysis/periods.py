"""Days, weeks or months of an interval, each with the day that is counted."""

import datetime as dt
from calendar import monthrange

from api.parameters.errors import BadParameters
from models.analysis.statistics import Period
from models.tables.bitemporal import BEGINNING_OF_TIME, END_OF_TIME, Days, shift_day

STEPS = ("day", "week", "month")
MAX_PERIODS = 400
ONE_DAY = dt.timedelta(days=1)


def split_into_periods(days: Days, step: str | None) -> list[Period]:
    """Split the interval into periods in order. A week (ISO 8601) or month that it cuts counts on its last day within.

    Without a step the interval is one period, of the last state within it. Raises BadParameters for a step with an
    interval that is open at a side, or has more than 400 steps.
    """
    if step is None:
        return [Period(days.first, days)]
    _refuse_open(days, step)
    periods: list[Period] = []
    day = days.first
    while day <= days.last:
        last = min(_find_last_day(day, step), days.last)
        periods.append(Period(_find_first_day(day, step), Days.on(last)))
        if len(periods) > MAX_PERIODS:
            raise _build_error(days, f"has more than {MAX_PERIODS:,} of its {step}s: request fewer, or longer steps")
        day = last + ONE_DAY
    return periods


def _refuse_open(days: Days, step: str) -> None:
    if days.first == BEGINNING_OF_TIME or days.last == END_OF_TIME:
        raise _build_error(days, f"needs a first and a last day to be counted by {step}")


def _build_error(days: Days, reason: str) -> BadParameters:
    return BadParameters([{"parameter": "datetime", "value": f"{days.first}/{days.last}", "reason": reason}])


def _find_first_day(day: dt.date, step: str) -> dt.date:
    if step == "week":
        return shift_day(day, -day.weekday())
    return day.replace(day=1) if step == "month" else day


def _find_last_day(day: dt.date, step: str) -> dt.date:
    if step == "week":
        return shift_day(day, 6 - day.weekday())
    return day.replace(day=monthrange(day.year, day.month)[1]) if step == "month" else day
