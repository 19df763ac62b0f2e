"""Validation of rows that change the register: add, rename, move, retype, merge, retire or reopen a point."""

import datetime as dt
import re
from typing import Any

from api.messages.message import Message
from api.submissions.checked import CheckedRow, Ground
from api.submissions.consistency import check_first_day
from api.submissions.counterparts import counterpart_columns, evidence_columns
from api.submissions.named_points import NamedPoint
from api.submissions.row_hours import hours_of, source_of
from api.submissions.row_point import point_of
from api.submissions.row_values import CLEARS, RowValues
from geo.one_place import unified_place
from models.points_named import as_unlocode
from models.register_change import AT_A_BORDER, RegisterChange
from models.time_axes import SINCE_EVER

CHANGES_REGISTER = {"new_point", "change_point", "merge_point", "retire_point", "reopen_point"}
LIFECYCLE = {"merge_point": "merged", "retire_point": "retired", "reopen_point": "active"}
COLUMNS = {
    *("point", "name", "assessed_on", "valid_from", "action", "poe_type", "country", "other_country", "longitude"),
    *("latitude", "iata", "icao", "unlocode", "official_status", "opening_hours", "successor", "source"),
    *("source_type", "source_url", "confidence", "comment", "counterpart", "evidence"),
}
NEEDED = ("name", "poe_type", "country", "longitude", "latitude")
FORMS = {
    "iata": re.compile(r"[A-Z0-9]{3}"),
    "icao": re.compile(r"[A-Z0-9]{4}"),
    "unlocode": re.compile(r"[A-Z]{2}[A-Z0-9]{3}"),
}
CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,39}")
# Codes that the service assigns. Whether another country has proposed a point with such a code is not public.
GIVEN_CODE = re.compile(r"[A-Z]{3}-P[0-9]{4,8}")


def check_register_row(values: RowValues, action: str, ground: Ground) -> CheckedRow:
    """Check a row that changes the register; `action` is one of CHANGES_REGISTER."""
    _refuse_other_columns(values, action)
    if action == "new_point":
        return _new_point(values, ground)
    day = values.day("valid_from") or values.day("assessed_on") or ground.today
    check_first_day(values, day, ground.today)
    _check_both_coordinates(values)
    point = point_of(values, _day_to_look_on(values, action, day, ground), ground)
    columns = _columns(values)
    if point is not None:
        columns |= _lifecycle(values, action, point, day, ground)
        columns |= counterpart_columns(values, point.iso3, columns.get("poe_type", point.poe_type), ground)
        _check(values, columns, point.poe_type, point)
        if action == "change_point" and not columns and point.first <= day:
            values.complain("action", Message("nothing_changed", point=point.code))
    change = RegisterChange(values.row.number, point.id, day, columns | source_of(values)) if point else None
    return _row(values, change, point, point.iso3 if point else None)


def _day_to_look_on(values: RowValues, action: str, day: dt.date, ground: Ground) -> dt.date:
    """Return the day to look up the point: `day`, or the point's first day for a change that moves the beginning."""
    first = ground.points.first_day(values.text("point") or "")
    return max(day, first) if first and action == "change_point" else day


def _new_point(values: RowValues, ground: Ground) -> CheckedRow:
    """Check a new point: without `valid_from` it has always existed, only our register did not have it.

    New points began today in an earlier version, and "closed since last month" came before their beginning.
    """
    day = values.day("valid_from") or SINCE_EVER
    if values.text("valid_from"):
        check_first_day(values, day, ground.today)
    values.day("assessed_on")
    for column in NEEDED:
        if values.text(column) is None:
            values.complain(column, Message("missing.new_point", column=column))
    iso3 = values.country("country")
    if iso3 is not None and iso3 not in ground.writable:
        values.complain("country", Message("foreign_country.new_point", iso3=iso3))
    lifecycle = "active" if iso3 in ground.accepting else "proposed"
    columns = _columns(values) | {"iso3": iso3, "lifecycle": lifecycle}
    columns |= counterpart_columns(values, iso3, columns.get("poe_type", ""), ground)
    _check(values, columns, columns.get("poe_type", ""), None)
    if values.text("successor"):
        values.complain("successor", Message("not_merged"))
    change = RegisterChange(values.row.number, None, day, columns | source_of(values), _code(values, ground))
    return _row(values, change, None, iso3)


def _row(values: RowValues, change: RegisterChange | None, point: NamedPoint | None, iso3: str | None) -> CheckedRow:
    good = change if values.is_good else None
    return CheckedRow(values.row, point, change=good, iso3=iso3, problems=tuple(values.problems))


def _code(values: RowValues, ground: Ground) -> str | None:
    """Parse the requested code. No other point may have the code, not even as IATA code: rows name points by both."""
    code = (values.text("point") or "").upper()
    if not code:
        return None
    if not CODE.fullmatch(code):
        values.complain("point", Message("not_a_code.point"))
    elif GIVEN_CODE.fullmatch(code):
        values.complain("point", Message("code_taken.given", code=code))
    elif code in ground.codes_taken or any(ground.points.others_with(c, code, ()) for c in FORMS):
        values.complain("point", Message("code_taken", code=code))
    return code


def _refuse_other_columns(values: RowValues, action: str) -> None:
    for column in values.row.values.keys() - COLUMNS:
        values.complain(column, Message("not_of_the_register", action=action))
    if values.row.measures:
        values.complain("measures", Message("not_of_the_register.measures", action=action))


def _columns(values: RowValues) -> dict[str, Any]:
    """Parse the row's values by the columns of the table; None removes a value."""
    submitted: dict[str, Any] = {
        "name": values.text("name"),
        "poe_type": values.code("poe_type", "poe_type"),
        "official_status": values.code("official_status", "official_status"),
    }
    columns = {name: value for name, value in submitted.items() if value is not None}
    columns |= {name: code for name in FORMS for code in _code_or_none(values, name)}
    if values.text("other_country") == CLEARS:
        columns["other_iso3"] = None
    elif other := values.country("other_country"):
        columns["other_iso3"] = other
    return columns | evidence_columns(values) | hours_of(values) | _place(values)


def _code_or_none(values: RowValues, column: str) -> list[str | None]:
    """Parse the code as a list of one; `[None]` for a hyphen, which removes the code; empty without a value."""
    text = values.text(column)
    if text is None or text == CLEARS:
        return [] if text is None else [None]
    code = as_unlocode(text) if column == "unlocode" else text.upper()
    if not FORMS[column].fullmatch(code):
        values.complain(column, Message(f"not_a_code.{column}", value=text))
        return []
    return [code]


def _check_both_coordinates(values: RowValues) -> None:
    if (values.text("longitude") is None) != (values.text("latitude") is None):
        lacking = "longitude" if values.text("longitude") is None else "latitude"
        values.complain(lacking, Message("missing.coordinate"))


def _place(values: RowValues) -> dict[str, Any]:
    longitude, latitude = values.number("longitude", -180, 180), values.number("latitude", -90, 90)
    if longitude is None or latitude is None:
        return {}
    longitude, latitude = unified_place(longitude, latitude)
    point = f"SRID=4326;POINT({longitude!r} {latitude!r})"
    return {"geometry": point, "coordinate_precision": None, "coordinate_source": "office"}


def _lifecycle(values: RowValues, action: str, point: NamedPoint, day: dt.date, ground: Ground) -> dict[str, Any]:
    if point.lifecycle == "proposed" and action != "change_point":
        values.complain("action", Message("point_is_proposed", point=point.code))
        return {}
    if action == "merge_point":
        return {"lifecycle": "merged", "successor_id": _successor(values, point, day, ground)}
    if values.text("successor"):
        values.complain("successor", Message("not_merged"))
    columns = {"lifecycle": LIFECYCLE[action], "successor_id": None} if action in LIFECYCLE else {}
    makes_a_point = action == "reopen_point" and point.lifecycle == "candidate" and values.text("evidence") is None
    return columns | ({"evidence": "office_confirmed"} if makes_a_point else {})


def _successor(values: RowValues, point: NamedPoint, day: dt.date, ground: Ground) -> int | None:
    successor = point_of(values, day, ground, "successor")
    if successor is None:
        return None
    later = [v for v in ground.points.versions(successor.id) if v.end is None or v.end > day]
    if successor.id == point.id:
        values.complain("successor", Message("succeeds_itself", point=point.code))
    elif any(version.lifecycle != "active" for version in later or [successor]):
        values.complain("successor", Message("successor_not_active", point=successor.code, day=day))
    elif successor.iso3 != point.iso3:
        values.complain("successor", Message("successor_abroad", point=successor.code, iso3=successor.iso3))
    return successor.id


def _check(values: RowValues, columns: dict[str, Any], poe_type: str, point: NamedPoint | None) -> None:
    other, own = columns.get("other_iso3"), point.iso3 if point else columns.get("iso3")
    if other and columns.get("poe_type", poe_type) not in AT_A_BORDER:
        values.complain("other_country", Message("not_at_a_border"))
    elif other and other == own:
        values.complain("other_country", Message("same_country", iso3=other))
