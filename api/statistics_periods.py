"""Days, weeks or months of an interval, each with the day that is counted."""

import datetime as dt
from calendar import monthrange

from api.bad_parameters import BadParameters
from models.statistics import Period
from models.time_axes import FOR_EVER, SINCE_EVER, Days, shift_day

STEPS = ("day", "week", "month")
MOST_PERIODS = 400
A_DAY = dt.timedelta(days=1)


def periods_of(days: Days, step: str | None) -> list[Period]:
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
        last = min(_last_of(day, step), days.last)
        periods.append(Period(_first_of(day, step), Days.on(last)))
        if len(periods) > MOST_PERIODS:
            raise _bad(days, f"has more than {MOST_PERIODS:,} of its {step}s: ask for fewer, or for longer steps")
        day = last + A_DAY
    return periods


def _refuse_open(days: Days, step: str) -> None:
    if days.first == SINCE_EVER or days.last == FOR_EVER:
        raise _bad(days, f"has to have a first and a last day, to be counted by {step}")


def _bad(days: Days, reason: str) -> BadParameters:
    return BadParameters([{"parameter": "datetime", "value": f"{days.first}/{days.last}", "reason": reason}])


def _first_of(day: dt.date, step: str) -> dt.date:
    if step == "week":
        return shift_day(day, -day.weekday())
    return day.replace(day=1) if step == "month" else day


def _last_of(day: dt.date, step: str) -> dt.date:
    if step == "week":
        return shift_day(day, 6 - day.weekday())
    return day.replace(day=monthrange(day.year, day.month)[1]) if step == "month" else day
