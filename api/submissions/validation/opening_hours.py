"""Parsers of a row's opening hours, which change the point's entry in the register from a day on."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.submissions.validation.field_parsers import CLEAR_MARK, RowValues
from api.submissions.validation.point_lookup import PointVersion
from models.recording.register_changes import RegisterChange


def build_hours_change(
    values: RowValues, point: PointVersion | None, day: dt.date, versions: Sequence[PointVersion]
) -> RegisterChange | None:
    """Build the change of the register for a report with opening hours; None without hours or point.

    The hours are valid from the day of the assessment until the next recorded hours: a week that is posted late does
    not change later weeks.
    """
    columns = parse_hours(values)
    if point is None or not columns:
        return None
    until = next((v.first for v in versions if v.first > day and v.opening_hours != point.opening_hours), None)
    return RegisterChange(values.row.number, point.id, day, columns | parse_source(values), valid_to=until)


def parse_hours(values: RowValues) -> dict[str, str | None]:
    """Parse the opening hours by the register's column; None for a hyphen, which removes them; empty without hours."""
    if values.read_text("opening_hours") == CLEAR_MARK:
        return {"opening_hours": None}
    hours = values.read_opening_hours("opening_hours")
    return {} if hours is None else {"opening_hours": hours}


def parse_source(values: RowValues) -> dict[str, Any]:
    """Parse the sender's source, which replaces the source of the entry."""
    return {"source_reference": values.read_url("source_url") or values.read_text("source"), "source_version": None}
