"""Comparison of reports about the status of points: with each other, and with the current records."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.rows import ValidatedRow
from models.recording.assessments import PointReport, close_open_updates
from models.recording.restrictions import RestrictionUpdate
from models.validation.location_checks import select_current_states

Json = dict[str, Any]


def is_same_time_report(report: PointReport, other: PointReport) -> bool:
    """Return whether both reports of a point cover a common day. An open end lasts until the next report begins."""
    first, second = report.restriction, other.restriction
    if first is None or second is None:
        return report.assessed_on == other.assessed_on and first is second
    if first.valid_from == second.valid_from:
        return True
    before, after = sorted((first, second), key=lambda news: news.valid_from)
    return before.valid_to is not None and after.valid_from < before.valid_to


async def fetch_status_differences(connection: AsyncConnection, rows: Sequence[ValidatedRow]) -> dict[int, Json]:
    """Select `before` and `after` by row number, for rows that report or withdraw a restriction.

    `before` is the current restriction on the row's first day, or null. Call this before the rows are recorded.
    """
    reports = [report for row in rows if (report := row.get_update(PointReport)) is not None]
    pairs = [(report, report.restriction) for report in reports if report.restriction is not None]
    points, days = [news.point_of_entry_id for _, news in pairs], [news.valid_from for _, news in pairs]
    current = {
        row["position"]: row for row in (await connection.execute(select_current_states(points, days))).mappings()
    }
    restrictions = close_open_updates([news for _, news in pairs])
    return {
        report.row: {"before": _build_before(current.get(place)), "after": _build_after(report, restriction)}
        for place, ((report, _), restriction) in enumerate(zip(pairs, restrictions, strict=True), start=1)
    }


def _build_before(row: Any) -> Json | None:  # noqa: ANN401 - a row of `select_current_states`
    return None if row is None else _format_restriction(**{name: row[name] for name in row if name != "position"})


def _build_after(report: PointReport, news: RestrictionUpdate) -> Json | None:
    if report.is_withdrawn:
        return None
    return _format_restriction(
        **{name: getattr(news, name) for name in ("operational_status", "measures", "affected_populations", "comment")},
        valid_from=news.valid_from,
        valid_to=news.valid_to,
    )


def _format_restriction(*, valid_from: dt.date, valid_to: dt.date | None, **values: Any) -> Json:  # noqa: ANN401 - as JSON has it
    until = valid_to - dt.timedelta(days=1) if valid_to else None
    return values | {"valid_from": valid_from.isoformat(), "valid_until": until and until.isoformat()}
