"""Consistency checks of a row's values: warnings, which are shown with the row, and errors, which refuse it.

The rules and their severity come from the domain reference, 8.3 and 8.4.
"""

import datetime as dt

from api.messages.message import Message
from api.submissions.validation.field_parsers import RowValues
from models.recording.restrictions import RestrictionUpdate

# An earlier start is probably a typing error.
EARLIEST_PLAUSIBLE_DAY = dt.date(2019, 1, 1)
MAX_TIME_AHEAD = dt.timedelta(days=366)


def check_consistency(values: RowValues, news: RestrictionUpdate, today: dt.date) -> None:
    """Add problems to `values` for inconsistent values of the row's restriction."""
    _check_days(values, news, today)
    _check_measures(values, news)


def _check_days(values: RowValues, news: RestrictionUpdate, today: dt.date) -> None:
    if news.valid_to is not None and news.valid_to <= news.valid_from:
        values.add_error("valid_until", Message("ends_before_it_starts", day=news.valid_from))
    if news.announced_end is not None and news.announced_end < news.valid_from:
        values.add_error("announced_end", Message("ends_before_it_starts.announced", day=news.valid_from))
    check_first_day(values, news.valid_from, today)
    if news.expected_duration == "specific_date" and news.announced_end is None:
        values.warn("announced_end", Message("no_date"))


def check_first_day(values: RowValues, day: dt.date, today: dt.date) -> None:
    """Add a warning to `values` for a day that is implausibly early or late."""
    if day < EARLIEST_PLAUSIBLE_DAY:
        values.warn("valid_from", Message("far_in_the_past", day=day))
    if day > today + MAX_TIME_AHEAD:
        values.warn("valid_from", Message("far_ahead", day=day))


def _check_measures(values: RowValues, news: RestrictionUpdate) -> None:
    restricting = [m for m in news.measures if not m.is_exception and m.measure == "movement_restricted"]
    excepting = [m for m in news.measures if m.is_exception and m.traffic != "cargo"]
    if news.operational_status == "open" and restricting:
        values.warn("operational_status", Message("open_with_restriction"))
    if news.operational_status == "closed" and excepting:
        values.warn("operational_status", Message("closed_with_exception"))
    if news.operational_status == "commercial_traffic_only" and not any(m.traffic == "cargo" for m in news.measures):
        values.warn("operational_status", Message("no_cargo_measure"))
