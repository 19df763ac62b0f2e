"""One published change as JSON and as text."""

import datetime as dt
from typing import Any

from api.responses.html import EMPTY_VALUE, format_value, format_with_label
from api.values.datetimes import format_moment, parse_moment
from api.values.days import parse_day
from api.values.numbers import MAX_INT64, parse_whole
from models.queries.change_log import ChangeCursor
from models.tables.bitemporal import BEGINNING_OF_TIME

Json = dict[str, Any]


def build_change_json(row: Any) -> Json:  # noqa: ANN401 - a row of `changes`
    """Build the change as JSON. `id` never changes; days are half-open, null where a side is open."""
    first = None if row.valid_from == BEGINNING_OF_TIME else row.valid_from.isoformat()
    return {
        "id": f"withdrawal/{row.id}/{first}" if row.withdrawn else f"restriction/{row.id}",
        "recorded_at": format_moment(row.recorded_at),
        "withdrawn": row.withdrawn,
        "code": row.code,
        "name": row.name,
        "poe_type": row.poe_type,
        "country": row.country,
        "country_name": row.country_name,
        "valid_from": first,
        "valid_to": row.valid_to and row.valid_to.isoformat(),
        "operational_status": row.operational_status,
        "status_group": row.status_group,
        "status_before": row.status_before,
        "status_group_before": row.status_group_before,
        "measures": row.measures,
        "source": row.source,
        "comment": row.comment,
    }


def format_change_title(change: Json) -> str:
    """Format the change in one line."""
    before = format_with_label(change["status_before"], "operational_status")
    point = f"{change['name']} ({change['code']}), {change['country_name']}"
    if change["withdrawn"]:
        return f"{point}: withdrawn ({before})"
    status = format_with_label(change["operational_status"], "operational_status")
    return f"{point}: {status}" + ("" if before in {EMPTY_VALUE, status} else f" (before: {before})")


def format_change_text(change: Json) -> str:
    """Format the details below the title, one per line: days, measures, source, comment."""
    lines = [_format_days(change), f"Source: {change['source']}."]
    if change["measures"]:
        lines.insert(1, f"Measures: {format_with_label(change['measures'], 'measures')}.")
    if change["comment"]:
        lines.append(format_value(change["comment"]))
    return "\n".join(lines)


def _format_days(change: Json) -> str:
    since = f"From {change['valid_from']}" if change["valid_from"] else "Since the beginning"
    if change["valid_to"] is None:
        return f"{since}, with no known end."
    last = parse_day(change["valid_to"]) - dt.timedelta(days=1)
    return f"{since} to {last}, both included."


def format_change_cursor(row: Any) -> str:  # noqa: ANN401 - a row of `changes`
    """Format the position of the change, for the address of the next page."""
    return f"{format_moment(row.recorded_at)},{row.id},{row.valid_from.isoformat()}"


def parse_change_cursor(text: str) -> ChangeCursor:
    """Parse the position of a change, or raise ValueError with a message for the user."""
    try:
        moment, record_id, first = text.split(",")
        cursor = ChangeCursor(parse_moment(moment), parse_whole(record_id), parse_day(first))
    except ValueError:
        raise ValueError(f"{text!r} is not a valid page cursor; use a `next` link unchanged") from None
    if abs(cursor.record_id) > MAX_INT64:
        raise ValueError(f"{text!r} is not a valid page cursor; use a `next` link unchanged")
    return cursor
