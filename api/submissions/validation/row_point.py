"""Lookup of the point that a row names, if the sender may write about it."""

import datetime as dt

from api.messages.message import Message
from api.submissions.validation.field_parsers import RowValues
from api.submissions.validation.point_lookup import PointVersion
from api.submissions.validation.result import ValidationContext


def find_row_point(
    values: RowValues, day: dt.date, ground: ValidationContext, column: str = "point"
) -> PointVersion | None:
    """Find the point's version on the day, or add a problem and return None."""
    name = values.read_text(column)
    if name is None:
        values.add_error(column, Message("missing.point"))
        return None
    found = ground.points.find_versions(name, day)
    if len(found) > 1:
        several = [point.code for point in found]
        values.add_error(column, Message("ambiguous_point", value=name, points=several), candidates=several)
        return None
    if not found:
        _add_unknown_point(values, name, day, ground, column)
        return None
    if found[0].iso3 not in ground.writable:
        values.add_error(column, Message("foreign_country.point", value=name, iso3=found[0].iso3))
        return None
    return found[0]


def _add_unknown_point(values: RowValues, name: str, day: dt.date, ground: ValidationContext, column: str) -> None:
    if first := ground.points.find_first_day(name):
        values.add_error(column, Message("not_in_the_register", point=name, first=first, day=day))
        return
    near = ground.points.find_nearest(name)
    values.add_error(column, Message("unknown_point", value=name, near=near), candidates=near)


def refuse_before_register_entry(
    values: RowValues, point: PointVersion, first: dt.date, ground: ValidationContext
) -> None:
    """Refuse a restriction that begins before the point's first entry: earlier days have no place to show it at."""
    entered = min(version.first for version in ground.points.list_versions(point.id))
    if first < entered:
        message = Message("not_in_the_register.change_point", point=point.code, first=entered, day=first)
        values.add_error("valid_from", message)


def refuse_inactive_point(values: RowValues, point: PointVersion, day: dt.date) -> None:
    """Refuse a status of a point that is not active; a proposed point is not public before it is accepted."""
    reasons = {
        "proposed": Message("point_is_proposed", point=point.code),
        "candidate": Message("point_is_candidate", point=point.code),
        "retired": Message("point_is_retired", point=point.code, day=day),
        "merged": Message("point_is_merged", point=point.code, day=day, successor=point.successor),
    }
    if reason := reasons.get(point.lifecycle):
        values.add_error("point", reason, candidates=[point.successor] if point.successor else [])
