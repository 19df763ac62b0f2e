"""Rows of a submission that create, change or retract a restriction.

A correction reports the record again on its days, and retracts the days that it no longer has.
"""

import datetime as dt
from typing import Any

from api.collections.definitions.restrictions import RESTRICTION_EDITING
from api.editing.diff import find_changes, has_moved, parse_codes
from api.editing.request_body import FeatureBody, InvalidFeature
from api.values.days import parse_day_or_midnight
from models.queries.restriction_detail import RestrictionDetail

Json = dict[str, Any]


def merge_measures(content: RestrictionDetail, changes: Json) -> Json:
    """Return the members `measures` and `affected_populations` of the row that replaces the record.

    Raise BadFeature if populations are changed, but differ between the record's measures.
    """
    rows: list[Json] = content.measure_rows
    populations = list(content.affected_populations)
    if "affected_populations" in changes:
        populations = parse_codes(changes["affected_populations"])
        rows = _replace_populations(rows, populations, changes["affected_populations"])
    if "measures" in changes:
        rows = _filter_measures(rows, parse_codes(changes["measures"]), populations)
    return {"measures": rows, "affected_populations": [] if rows else populations}


def _replace_populations(rows: list[Json], populations: list[str], given: object) -> list[Json]:
    applied = [row for row in rows if not row["is_exception"]]
    if len({tuple(sorted(row["affected_populations"])) for row in applied}) > 1:
        reason = "its measures affect different populations; post each measure to /submissions"
        raise InvalidFeature(("affected_populations", given, reason))
    return [row if row["is_exception"] else row | {"affected_populations": populations} for row in rows]


def _filter_measures(rows: list[Json], measures: list[str], populations: list[str]) -> list[Json]:
    """Filter the measures by code, and add new ones, with the populations of the others."""
    remaining = [row for row in rows if row["measure"] in measures]
    known = {row["measure"] for row in rows if not row["is_exception"]}
    new = [{"measure": code, "affected_populations": populations} for code in measures if code not in known]
    return remaining + new


COLUMNS = RESTRICTION_EDITING.columns
ONE_DAY = dt.timedelta(days=1)
# Columns of the row that are copied from the record.
COPIED_COLUMNS = (
    "operational_status",
    "expected_duration",
    "announced_end",
    "source_type",
    "source_url",
    "confidence",
    "comment",
)
MEASURE_PROPERTIES = {"measures", "affected_populations"}
PLACE_ERROR = "a restriction has the place of its point; change the point"


def build_new_restriction(sent: FeatureBody, today: dt.date) -> list[Json]:
    """Build the row of a new restriction, at the point with its `code`; the geometry is ignored."""
    values = {name: value for name, value in sent.properties.items() if value not in (None, "", [])}
    if "operational_status" not in values:
        raise InvalidFeature(("operational_status", None, "is required"))
    first, end = (
        _parse_day("valid_from", values.pop("valid_from", today.isoformat())),
        _parse_end(values.pop("valid_to", None)),
    )
    _refuse_reversed(first, end)
    columns = {COLUMNS[name]: value for name, value in values.items() if name in RESTRICTION_EDITING.columns}
    return [{"action": "report", **columns, **_format_days(first, end, today)}]


def build_restriction_change(
    content: RestrictionDetail, current: Json, sent: FeatureBody, today: dt.date, *, is_whole: bool
) -> list[Json]:
    """Build the rows that change the record; an empty list if nothing differs."""
    if has_moved(current["geometry"], sent.place):
        raise InvalidFeature(("geometry", sent.place, PLACE_ERROR))
    changes = find_changes(RESTRICTION_EDITING, current["properties"], sent, is_whole=is_whole)
    if not changes:
        return []
    first = _parse_day("valid_from", changes.pop("valid_from", content.valid_from.isoformat()))
    end = _parse_end(changes.pop("valid_to")) if "valid_to" in changes else content.valid_to
    _refuse_reversed(first, end)
    row = _build_correction(content) | merge_measures(content, changes)
    row |= {COLUMNS[name]: value for name, value in changes.items() if name not in MEASURE_PROPERTIES}
    return [row | _format_days(first, end, today), *_build_retractions(content, first, end, today)]


def build_restriction_retraction(content: RestrictionDetail, today: dt.date) -> list[Json]:
    """Build the row that retracts the record, on all its days."""
    return [_build_retraction(content, content.valid_from, content.valid_to, today)]


def _build_correction(content: RestrictionDetail) -> Json:
    copied = {name: getattr(content, name) for name in COPIED_COLUMNS}
    days = {name: value.isoformat() for name, value in copied.items() if isinstance(value, dt.date)}
    return {"point": content.code, "action": "correct", **copied, **days, "source": content.source_note}


def _format_days(first: dt.date, end: dt.date | None, today: dt.date) -> Json:
    """Format the days for a row: the last day is inclusive; assessed on the first day, or today if that is in the
    future.
    """
    last = {"valid_until": (end - ONE_DAY).isoformat()} if end else {}
    return {"valid_from": first.isoformat(), **last, "assessed_on": min(first, today).isoformat()}


def _build_retractions(content: RestrictionDetail, first: dt.date, end: dt.date | None, today: dt.date) -> list[Json]:
    """Build retractions for days that the record loses: before its new start, and from its new end on."""
    old_first, old_end = content.valid_from, content.valid_to
    before_end = first if old_end is None else min(first, old_end)
    after_first = end and max(end, old_first)
    pieces = [(old_first, before_end)] if old_first < before_end else []
    if after_first is not None and (old_end is None or after_first < old_end):
        pieces.append((after_first, old_end))
    return [_build_retraction(content, *piece, today) for piece in pieces]


def _build_retraction(content: RestrictionDetail, first: dt.date, end: dt.date | None, today: dt.date) -> Json:
    return {"point": content.code, "action": "retract", **_format_days(first, end, today)}


def _refuse_reversed(first: dt.date, end: dt.date | None) -> None:
    if end is not None and end <= first:
        raise InvalidFeature(("valid_to", end.isoformat(), f"must be after valid_from, {first}"))


def _parse_end(value: object) -> dt.date | None:
    return None if value in (None, "") else _parse_day("valid_to", value)


def _parse_day(name: str, value: object) -> dt.date:
    """Parse a calendar day, also if a program writes it as midnight."""
    try:
        return parse_day_or_midnight(str(value or ""))
    except ValueError:
        raise InvalidFeature((name, value, "is not a day written as 2020-04-15")) from None
