"""Differences that rows make: the current record of each point, and the row's restriction."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.validation.result import ValidatedSubmission
from models.recording.restrictions import RestrictionUpdate
from models.recording.weekly_update import PointReport, close_open_updates
from models.validation.location_checks import select_current_states

Json = dict[str, Any]
Differences = dict[int, Json]


async def fetch_differences(connection: AsyncConnection, checked: ValidatedSubmission) -> Differences:
    """Select `before` and `after` by row number, for rows that report or withdraw a restriction.

    `before` is the current restriction on the row's first day, or null. Call this before the rows are recorded.
    """
    pairs = [(report, report.restriction) for report in checked.reports if report.restriction is not None]
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
    if report.withdrawn:
        return None
    row = news.row()
    return _format_restriction(
        **{name: row[name] for name in ("operational_status", "measures", "affected_populations", "comment")},
        valid_from=news.valid_from,
        valid_to=news.valid_to,
    )


def _format_restriction(*, valid_from: dt.date, valid_to: dt.date | None, **values: Any) -> Json:  # noqa: ANN401 - as JSON has it
    until = valid_to - dt.timedelta(days=1) if valid_to else None
    return values | {"valid_from": valid_from.isoformat(), "valid_until": until and until.isoformat()}
