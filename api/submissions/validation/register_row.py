"""Validation of rows that change the register: add, rename, move, retype, merge, retire or reopen a point."""

import datetime as dt
import re
from collections.abc import Collection
from typing import Any

from api.messages.message import Message
from api.submissions.columns import COLUMNS, list_kind_columns
from api.submissions.point_lookup import PointVersion
from api.submissions.raw_row import CLEAR_MARK, RawRow
from api.submissions.rows import ValidatedRow
from api.submissions.validation.context import ValidationContext
from api.submissions.validation.point_checks import (
    check_first_day,
    find_row_point,
    parse_evidence,
    parse_hours,
    parse_source,
)
from geo.one_place import normalise_position
from models.recording.register_changes import BORDER_TYPES, RegisterChange
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.point_properties import POINT_PROPERTIES, PointProperty
from models.validation.point_lookup import normalize_unlocode


def parse_counterpart(row: RawRow, iso3: str | None, poe_type: str, ground: ValidationContext) -> dict[str, Any]:
    """Return the counterpart's number and country by column, or nothing if the row names no counterpart.

    The counterpart belongs to another country, so any office may name it; the entry of the counterpart does not change.
    """
    name = row.read_text("counterpart")
    if name is None or name == CLEAR_MARK:
        return {} if name is None else {"counterpart_id": None}
    found = ground.points.find_versions(name, ground.today)
    if len(found) != 1:
        message = Message("unknown_counterpart", value=name)
        row.add_error("counterpart", message, candidates=[each.code for each in found])
        return {}
    other = found[0]
    if poe_type not in BORDER_TYPES or other.poe_type not in BORDER_TYPES:
        row.add_error("counterpart", Message("counterpart_not_at_a_border", point=other.code))
    elif other.iso3 == iso3:
        row.add_error("counterpart", Message("counterpart_in_same_country", point=other.code, iso3=other.iso3))
    elif other.lifecycle not in ("active", "candidate"):
        row.add_error("counterpart", Message("counterpart_not_active", point=other.code))
    elif (named := row.read_text("other_country")) and row.read_country("other_country", ground.countries) not in (
        None,
        other.iso3,
    ):
        row.add_error("other_country", Message("counterpart_elsewhere", point=other.code, value=named))
    return {"counterpart_id": other.id, "other_iso3": other.iso3}


REGISTER_ACTIONS = frozenset({"new_point", "change_point", "merge_point", "retire_point", "reopen_point"})
ACTION_LIFECYCLES = {"merge_point": "merged", "retire_point": "retired", "reopen_point": "active"}
REGISTER_COLUMNS = list_kind_columns("register")
REQUIRED_COLUMNS = ("name", "poe_type", "country", "longitude", "latitude")
CODE_PATTERNS = {
    "iata": re.compile(r"[A-Z0-9]{3}"),
    "icao": re.compile(r"[A-Z0-9]{4}"),
    "unlocode": re.compile(r"[A-Z]{2}[A-Z0-9]{3}"),
}
# Columns with a rule of their own; each other column is a text, or a code of the list that it has in columns.toml.
RULED_COLUMNS = {
    *CODE_PATTERNS,
    "point",
    "country",
    "other_country",
    "counterpart",
    "evidence",
    "opening_hours",
    "action",
}
PLAIN_PROPERTIES = [each for each in POINT_PROPERTIES if each.edited_as and each.edited_as not in RULED_COLUMNS]
POINT_CODE_PATTERN = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,39}")
# Codes that the service assigns. Whether another country has proposed a point with such a code is not public.
ASSIGNED_CODE_PATTERN = re.compile(r"[A-Z]{3}-P[0-9]{4,8}")


def validate_register_row(row: RawRow, action: str, ground: ValidationContext) -> ValidatedRow:
    """Check a row that changes the register; `action` is one of REGISTER_ACTIONS."""
    _refuse_other_columns(row, action)
    if action == "new_point":
        return _validate_new_point(row, ground)
    day = row.read_day("valid_from") or row.read_day("assessed_on") or ground.today
    check_first_day(row, day, ground.today)
    _check_both_coordinates(row)
    point = find_row_point(row, _select_lookup_day(row, action, day, ground), ground)
    columns = _parse_columns(row, ground.countries)
    if point is not None:
        columns |= _parse_lifecycle(row, action, point, day, ground)
        columns |= parse_counterpart(row, point.iso3, columns.get("poe_type", point.poe_type), ground)
        _check_other_country(row, columns, point.poe_type, point)
        if action == "change_point" and not columns and point.first <= day:
            row.add_error("action", Message("nothing_changed", point=point.code))
    change = RegisterChange(row.number, point.id, day, columns | parse_source(row)) if point else None
    return _build_row(row, change, point, point.iso3 if point else None)


def _select_lookup_day(row: RawRow, action: str, day: dt.date, ground: ValidationContext) -> dt.date:
    """Return the day to look up the point: `day`, or the point's first day for a change that moves the beginning."""
    first = ground.points.find_first_day(row.read_text("point") or "")
    return max(day, first) if first and action == "change_point" else day


def _validate_new_point(row: RawRow, ground: ValidationContext) -> ValidatedRow:
    """Check a new point: without `valid_from` it has always existed, only our register did not have it.

    New points began today in an earlier version, and "closed since last month" came before their beginning.
    """
    day = row.read_day("valid_from") or BEGINNING_OF_TIME
    if row.read_text("valid_from"):
        check_first_day(row, day, ground.today)
    row.read_day("assessed_on")
    for column in REQUIRED_COLUMNS:
        if row.read_text(column) is None:
            row.add_error(column, Message("missing.new_point", column=column))
    iso3 = row.read_country("country", ground.countries)
    if iso3 is not None and iso3 not in ground.writable:
        row.add_error("country", Message("foreign_country.new_point", iso3=iso3))
    lifecycle = "active" if iso3 in ground.accepting else "proposed"
    columns = _parse_columns(row, ground.countries) | {"iso3": iso3, "lifecycle": lifecycle}
    columns |= parse_counterpart(row, iso3, columns.get("poe_type", ""), ground)
    _check_other_country(row, columns, columns.get("poe_type", ""), None)
    if row.read_text("successor"):
        row.add_error("successor", Message("not_merged"))
    change = RegisterChange(row.number, None, day, columns | parse_source(row), _parse_new_code(row, ground))
    return _build_row(row, change, None, iso3)


def _build_row(
    row: RawRow, change: RegisterChange | None, point: PointVersion | None, iso3: str | None
) -> ValidatedRow:
    updates = (change,) if change is not None and row.is_good else ()
    subject = point.id if point else change and _identify_new_point(row, change)
    return ValidatedRow(row, point, updates, subject, iso3, tuple(row.problems))


def _identify_new_point(row: RawRow, change: RegisterChange) -> str:
    """Return the requested code of a new point, or all values of its row."""
    return change.code or "\n".join(f"{name}={value}" for name, value in sorted(row.values.items()))


def _parse_new_code(row: RawRow, ground: ValidationContext) -> str | None:
    """Parse the requested code. No other point may have the code, not even as IATA code: rows name points by both."""
    code = (row.read_text("point") or "").upper()
    if not code:
        return None
    if not POINT_CODE_PATTERN.fullmatch(code):
        row.add_error("point", Message("not_a_code.point"))
    elif ASSIGNED_CODE_PATTERN.fullmatch(code):
        row.add_error("point", Message("code_taken.given", code=code))
    elif code in ground.taken_codes or any(ground.points.find_other_codes(c, code, ()) for c in CODE_PATTERNS):
        row.add_error("point", Message("code_taken", code=code))
    return code


def _refuse_other_columns(row: RawRow, action: str) -> None:
    for column in row.values.keys() - REGISTER_COLUMNS:
        row.add_error(column, Message("not_of_the_register", action=action))
    if row.measures:
        row.add_error("measures", Message("not_of_the_register.measures", action=action))


def _parse_columns(row: RawRow, countries: Collection[str]) -> dict[str, Any]:
    """Parse the row's values by the columns of the table; None removes a value."""
    columns: dict[str, Any] = {str(p.column): value for p in PLAIN_PROPERTIES for value in _parse_plain_value(row, p)}
    columns |= {name: code for name in CODE_PATTERNS for code in _parse_other_code(row, name)}
    if row.read_text("other_country") == CLEAR_MARK:
        columns["other_iso3"] = None
    elif other := row.read_country("other_country", countries):
        columns["other_iso3"] = other
    return columns | parse_evidence(row) | parse_hours(row) | _parse_place(row)


def _parse_plain_value(row: RawRow, of: PointProperty) -> list[str | None]:
    """Parse the value as a list of one; `[None]` for a hyphen that removes it; empty without a value."""
    column = COLUMNS[str(of.edited_as)]
    if (text := row.read_text(column.name)) == CLEAR_MARK and of.is_clearable:
        return [None]
    return [value] if (value := row.read_code(column.name, column.list) if column.list else text) else []


def _parse_other_code(row: RawRow, column: str) -> list[str | None]:
    """Parse the code as a list of one; `[None]` for a hyphen, which removes the code; empty without a value."""
    text = row.read_text(column)
    if text is None or text == CLEAR_MARK:
        return [] if text is None else [None]
    code = normalize_unlocode(text) if column == "unlocode" else text.upper()
    if not CODE_PATTERNS[column].fullmatch(code):
        row.add_error(column, Message(f"not_a_code.{column}", value=text))
        return []
    return [code]


def _check_both_coordinates(row: RawRow) -> None:
    if (row.read_text("longitude") is None) != (row.read_text("latitude") is None):
        lacking = "longitude" if row.read_text("longitude") is None else "latitude"
        row.add_error(lacking, Message("missing.coordinate"))


def _parse_place(row: RawRow) -> dict[str, Any]:
    longitude, latitude = row.read_number("longitude", -180, 180), row.read_number("latitude", -90, 90)
    if longitude is None or latitude is None:
        return {}
    longitude, latitude = normalise_position(longitude, latitude)
    point = f"SRID=4326;POINT({longitude!r} {latitude!r})"
    return {"geometry": point, "coordinate_precision": None, "coordinate_source": "office"}


def _parse_lifecycle(
    row: RawRow, action: str, point: PointVersion, day: dt.date, ground: ValidationContext
) -> dict[str, Any]:
    if point.lifecycle == "proposed" and action != "change_point":
        row.add_error("action", Message("point_is_proposed", point=point.code))
        return {}
    if action == "merge_point":
        return {"lifecycle": "merged", "successor_id": _find_successor(row, point, day, ground)}
    if row.read_text("successor"):
        row.add_error("successor", Message("not_merged"))
    columns = {"lifecycle": ACTION_LIFECYCLES[action], "successor_id": None} if action in ACTION_LIFECYCLES else {}
    makes_a_point = action == "reopen_point" and point.lifecycle == "candidate" and row.read_text("evidence") is None
    return columns | ({"evidence": "office_confirmed"} if makes_a_point else {})


def _find_successor(row: RawRow, point: PointVersion, day: dt.date, ground: ValidationContext) -> int | None:
    successor = find_row_point(row, day, ground, "successor")
    if successor is None:
        return None
    later = [v for v in ground.points.list_versions(successor.id) if v.end is None or v.end > day]
    if successor.id == point.id:
        row.add_error("successor", Message("succeeds_itself", point=point.code))
    elif any(version.lifecycle != "active" for version in later or [successor]):
        row.add_error("successor", Message("successor_not_active", point=successor.code, day=day))
    elif successor.iso3 != point.iso3:
        row.add_error("successor", Message("successor_abroad", point=successor.code, iso3=successor.iso3))
    return successor.id


def _check_other_country(row: RawRow, columns: dict[str, Any], poe_type: str, point: PointVersion | None) -> None:
    other, own = columns.get("other_iso3"), point.iso3 if point else columns.get("iso3")
    if other and columns.get("poe_type", poe_type) not in BORDER_TYPES:
        row.add_error("other_country", Message("not_at_a_border"))
    elif other and other == own:
        row.add_error("other_country", Message("same_country", iso3=other))
