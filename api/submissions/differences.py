"""What rows would change: what is believed now of each point, beside what the row says of it."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.checked import Checked
from models.believed import believed_of
from models.record_restrictions import RestrictionNews
from models.update import Report, until_the_next

Json = dict[str, Any]
Differences = dict[int, Json]


async def differences_of(connection: AsyncConnection, checked: Checked) -> Differences:
    """`before` and `after` by row number, for rows that say what held or take it back.

    `before` is what is believed of the first day that the row speaks of, null where nothing is. Asked before the
    rows are recorded.
    """
    told = [(report, report.restriction) for report in checked.reports if report.restriction is not None]
    pairs = [(news.point_of_entry_id, news.valid_from) for _, news in told]
    points, days = [point for point, _ in pairs], [day for _, day in pairs]
    found = {row["position"]: row for row in (await connection.execute(believed_of(points, days))).mappings()}
    news = until_the_next([news for _, news in told])
    return {
        report.row: {"before": _before(found.get(place)), "after": _after(report, piece)}
        for place, ((report, _), piece) in enumerate(zip(told, news, strict=True), start=1)
    }


def _before(row: Any) -> Json | None:  # noqa: ANN401 - a row of `believed_of`
    return None if row is None else _said(**{name: row[name] for name in row if name != "position"})


def _after(report: Report, news: RestrictionNews) -> Json | None:
    if report.withdrawn:
        return None
    row = news.row()
    return _said(
        **{name: row[name] for name in ("operational_status", "measures", "affected_populations", "comment")},
        valid_from=news.valid_from,
        valid_to=news.valid_to,
    )


def _said(*, valid_from: dt.date, valid_to: dt.date | None, **said: Any) -> Json:  # noqa: ANN401 - as it is written
    until = valid_to - dt.timedelta(days=1) if valid_to else None
    return said | {"valid_from": valid_from.isoformat(), "valid_until": until and until.isoformat()}
