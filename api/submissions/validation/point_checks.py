"""Checks that several kinds of rows share: the row's point, its evidence and opening hours, and whether its values
are consistent.

The rules of consistency and their severity come from the domain reference, 8.3 and 8.4: a warning is shown with the
row, an error refuses it.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.messages.message import Message
from api.submissions.point_lookup import PointVersion
from api.submissions.raw_row import CLEAR_MARK, RawRow
from api.submissions.validation.context import ValidationContext
from models.recording.register_changes import RegisterChange
from models.recording.restrictions import RestrictionUpdate

# An earlier start is probably a typing error.
EARLIEST_PLAUSIBLE_DAY = dt.date(2019, 1, 1)
MAX_TIME_AHEAD = dt.timedelta(days=366)
# The kinds of evidence that come from a map, not from a source.
DERIVED_PREFIX = "derived_"


def find_row_point(row: RawRow, day: dt.date, ground: ValidationContext, column: str = "point") -> PointVersion | None:
    """Find the point's version on the day, or add a problem and return None."""
    name = row.read_text(column)
    if name is None:
        row.add_error(column, Message("missing.point"))
        return None
    found = ground.points.find_versions(name, day)
    if len(found) > 1:
        several = [point.code for point in found]
        row.add_error(column, Message("ambiguous_point", value=name, points=several), candidates=several)
        return None
    if not found:
        _add_unknown_point(row, name, day, ground, column)
        return None
    if found[0].iso3 not in ground.writable:
        row.add_error(column, Message("foreign_country.point", value=name, iso3=found[0].iso3))
        return None
    return found[0]


def _add_unknown_point(row: RawRow, name: str, day: dt.date, ground: ValidationContext, column: str) -> None:
    if first := ground.points.find_first_day(name):
        row.add_error(column, Message("not_in_the_register", point=name, first=first, day=day))
        return
    near = ground.points.find_nearest(name)
    row.add_error(column, Message("unknown_point", value=name, near=near), candidates=near)


def refuse_before_register_entry(row: RawRow, point: PointVersion, first: dt.date, ground: ValidationContext) -> None:
    """Refuse a restriction that begins before the point's first entry: earlier days have no place to show it at."""
    entered = min(version.first for version in ground.points.list_versions(point.id))
    if first < entered:
        message = Message("not_in_the_register.change_point", point=point.code, first=entered, day=first)
        row.add_error("valid_from", message)


def refuse_inactive_point(row: RawRow, point: PointVersion, day: dt.date) -> None:
    """Refuse a status of a point that is not active; a proposed point is not public before it is accepted."""
    reasons = {
        "proposed": Message("point_is_proposed", point=point.code),
        "candidate": Message("point_is_candidate", point=point.code),
        "retired": Message("point_is_retired", point=point.code, day=day),
        "merged": Message("point_is_merged", point=point.code, day=day, successor=point.successor),
    }
    if reason := reasons.get(point.lifecycle):
        row.add_error("point", reason, candidates=[point.successor] if point.successor else [])


def check_consistency(row: RawRow, news: RestrictionUpdate, today: dt.date) -> None:
    """Add problems to `row` for inconsistent values of the row's restriction."""
    _check_days(row, news, today)
    _check_measures(row, news)


def _check_days(row: RawRow, news: RestrictionUpdate, today: dt.date) -> None:
    if news.valid_to is not None and news.valid_to <= news.valid_from:
        row.add_error("valid_until", Message("ends_before_it_starts", day=news.valid_from))
    if news.announced_end is not None and news.announced_end < news.valid_from:
        row.add_error("announced_end", Message("ends_before_it_starts.announced", day=news.valid_from))
    check_first_day(row, news.valid_from, today)
    if news.expected_duration == "specific_date" and news.announced_end is None:
        row.warn("announced_end", Message("no_date"))


def check_first_day(row: RawRow, day: dt.date, today: dt.date) -> None:
    """Add a warning to `row` for a day that is implausibly early or late."""
    if day < EARLIEST_PLAUSIBLE_DAY:
        row.warn("valid_from", Message("far_in_the_past", day=day))
    if day > today + MAX_TIME_AHEAD:
        row.warn("valid_from", Message("far_ahead", day=day))


def _check_measures(row: RawRow, news: RestrictionUpdate) -> None:
    restricting = [m for m in news.measure_rows if not m.is_exception and m.measure == "movement_restricted"]
    excepting = [m for m in news.measure_rows if m.is_exception and m.traffic != "cargo"]
    if news.operational_status == "open" and restricting:
        row.warn("operational_status", Message("open_with_restriction"))
    if news.operational_status == "closed" and excepting:
        row.warn("operational_status", Message("closed_with_exception"))
    if news.operational_status == "commercial_traffic_only" and not any(
        m.traffic == "cargo" for m in news.measure_rows
    ):
        row.warn("operational_status", Message("no_cargo_measure"))


def build_hours_change(
    row: RawRow, point: PointVersion | None, day: dt.date, versions: Sequence[PointVersion]
) -> RegisterChange | None:
    """Build the change of the register for a report with opening hours; None without hours or point.

    The hours are valid from the day of the assessment until the next recorded hours: a week that is posted late does
    not change later weeks.
    """
    columns = parse_hours(row)
    if point is None or not columns:
        return None
    until = next((v.first for v in versions if v.first > day and v.opening_hours != point.opening_hours), None)
    return RegisterChange(row.number, point.id, day, columns | parse_source(row), valid_to=until)


def parse_hours(row: RawRow) -> dict[str, str | None]:
    """Parse the opening hours by the register's column; None for a hyphen, which removes them; empty without hours."""
    if row.read_text("opening_hours") == CLEAR_MARK:
        return {"opening_hours": None}
    hours = row.read_opening_hours("opening_hours")
    return {} if hours is None else {"opening_hours": hours}


def parse_evidence(row: RawRow) -> dict[str, Any]:
    """Return the row's kind of evidence by column. An office may not submit the kinds that are derived from a map."""
    evidence = row.read_code("evidence", "evidence")
    if evidence is None:
        return {}
    if evidence.startswith(DERIVED_PREFIX):
        row.add_error("evidence", Message("evidence_is_derived", value=evidence))
    return {"evidence": evidence}


def parse_source(row: RawRow) -> dict[str, Any]:
    """Parse the sender's source, which replaces the source of the entry."""
    return {"source_reference": row.read_url("source_url") or row.read_text("source"), "source_version": None}
