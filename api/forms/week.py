"""The week of an office as its page shows it: points, their current state, and which points are due."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import Caller
from models.last_week import select_office_week
from models.time_axes import Days

Json = dict[str, Any]
REGISTER_COLUMNS = (
    *("name", "poe_type", "longitude", "latitude", "last_assessed"),
    *("opening_hours", "evidence", "counterpart"),
)
STATUS_COLUMNS = ("operational_status", "expected_duration", "announced_end", "confidence")


async def build_office_week(
    connection: AsyncConnection, caller: Caller, iso3s: Sequence[str], week: Days, today: dt.date
) -> Json:
    """Build the document. A point is due if it was not assessed since the week began."""
    points = (await connection.execute(select_office_week(iso3s, today))).all() if iso3s else []
    return {
        "office": _format_office(caller),
        "today": today,
        "week": {"first": week.first, "last": week.last},
        "points": [_format_point(point, week.first) for point in points],
    }


def _format_office(caller: Caller) -> Json:
    return {
        "code": caller.office_code,
        "name": caller.office_name,
        "language": caller.language,
        "role": caller.role,
        "needs_review": caller.needs_review,
        "countries": sorted(caller.countries),
    }


def _format_point(row: Row[*tuple[Any, ...]], week_begins: dt.date) -> Json:
    is_due = row.last_assessed is None or row.last_assessed < week_begins
    names = {"point": row.code, "country": row.iso3, "other_country": row.other_iso3}
    entry = names | {name: getattr(row, name) for name in REGISTER_COLUMNS}
    if row.operational_status is None:
        return entry | {"is_due": is_due, "believed": None}
    return entry | {"is_due": is_due, "believed": _format_current_state(row)}


def _format_current_state(row: Row[*tuple[Any, ...]]) -> Json:
    """Format the current state in the columns of an update; `affected_populations` omits populations that a measure
    names.
    """
    named = {code for each in row.measure_rows if not each["is_exception"] for code in each["affected_populations"]}
    until = row.valid_to - dt.timedelta(days=1) if row.valid_to else None
    return {
        "valid_from": row.valid_from,
        "valid_until": until,
        **{name: getattr(row, name) for name in STATUS_COLUMNS},
        "affected_populations": sorted(set(row.affected_populations) - named),
        "measures": row.measure_rows,
    }
