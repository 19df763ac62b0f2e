"""Rule of when an office is late: a point is due until somebody assesses it in the reporting week."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, or_

from models.tables.bitemporal import Days, shift_day


def is_due(assessed_on: ColumnElement[Any], week_begins: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a day or parameter
    """Build the SQL condition that nobody assessed the point since the first day of the reporting week.

    `assessed_on` is the day of the point's last assessment, null without one.
    """
    return or_(assessed_on.is_(None), assessed_on < week_begins)


def find_reporting_week(on: dt.date, ends_on: int) -> Days:
    """Return the reporting week that contains the day; `ends_on` is its last weekday, Monday being 0.

    At the ends of the calendar a week has fewer days.
    """
    days_left = (ends_on - on.weekday()) % 7
    return Days(shift_day(on, days_left - 6), shift_day(on, days_left))
