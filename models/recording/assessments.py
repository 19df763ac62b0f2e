"""Recording of assessments: what an office reported about points after it looked at them on a day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_tables import HEALTH_CAPACITIES
from models.recording.bitemporal_update import Outcome, record_updates
from models.recording.bulk_rows import NOTHING_SHARED, encode_json_rows
from models.recording.restrictions import RestrictionUpdate, find_first_after, format_day_range, record_restrictions


@dataclass(frozen=True, slots=True)
class PointReport:
    """Content of one row about one point.

    `restriction` is None if nothing changed since the last assessment. `health` holds values by indicator, from the
    day of the assessment on.
    """

    row: int
    point_of_entry_id: int
    assessed_on: dt.date
    restriction: RestrictionUpdate | None
    health: dict[str, str] = field(default_factory=dict)
    estimated_daily_inflow: int | None = None
    estimated_daily_outflow: int | None = None
    comment: str | None = None

    @property
    def is_withdrawn(self) -> bool:
        return self.restriction is not None and self.restriction.withdrawn


async def record_reports(
    connection: AsyncConnection,
    reports: Sequence[PointReport],
    *,
    source_id: int,
    submission_id: int | None,
    recorded_at: dt.datetime,
) -> dict[int, Outcome]:
    """Record the reports together, and return the outcome of each row's restriction, or raise `ContradictoryUpdates`.

    An open-ended restriction ends at the start of the next row about the same point: one file may contain "closed from
    1 March" and "open from 1 April". Rows about the same days are contradictory.
    """
    restriction_reports = [report for report in reports if report.restriction is not None]
    news = close_open_updates([report.restriction for report in restriction_reports if report.restriction is not None])
    assessing = [report for report in reports if not report.is_withdrawn]
    shared = {"source_id": source_id, "submission_id": submission_id}
    outcomes = await record_restrictions(connection, news, recorded_at, shared=shared)
    await record_updates(connection, HEALTH_CAPACITIES, _build_health_updates(reports), recorded_at, shared=shared)
    await record_assessments(connection, assessing, recorded_at, shared=shared)
    unchanged = {report.row: Outcome("unchanged", None) for report in reports}
    return unchanged | {report.row: outcome for report, outcome in zip(restriction_reports, outcomes, strict=True)}


def close_open_updates(news: Sequence[RestrictionUpdate]) -> list[RestrictionUpdate]:
    """Return the updates, in the same order, with each open-ended one ended at the start of its point's next update."""
    starts: dict[int, list[dt.date]] = {}
    for piece in news:
        starts.setdefault(piece.point_of_entry_id, []).append(piece.valid_from)
    in_order = {point: sorted(days) for point, days in starts.items()}
    return [
        _close_update(piece, find_first_after(in_order[piece.point_of_entry_id], piece.valid_from)) for piece in news
    ]


def _close_update(news: RestrictionUpdate, day: dt.date | None) -> RestrictionUpdate:
    return news if day is None or news.valid_to is not None else replace(news, valid_to=day)


def _build_health_updates(reports: Sequence[PointReport]) -> list[dict[str, Any]]:
    values = [
        (report.point_of_entry_id, indicator, report.assessed_on, value)
        for report in reports
        for indicator, value in report.health.items()
    ]
    days: dict[tuple[int, str], list[dt.date]] = {}
    for point, indicator, day, _ in values:
        days.setdefault((point, indicator), []).append(day)
    in_order = {thing: sorted(starts) for thing, starts in days.items()}
    return [
        {
            "point_of_entry_id": point,
            "indicator": indicator,
            "value": value,
            "valid_during": format_day_range(day, find_first_after(in_order[point, indicator], day)),
        }
        for point, indicator, day, value in dict.fromkeys(values)
    ]


async def record_assessments(
    connection: AsyncConnection,
    assessments: Sequence[object],
    recorded_at: dt.datetime,
    *,
    shared: Mapping[str, Any] = NOTHING_SHARED,
) -> int:
    """Record the assessments that are not recorded yet with equal values, and return their number.

    Each, as for `encode_json_rows`, has every column of the table except `id` and `recorded_at`; `submission_id` may be
    missing. An assessment that is sent a second time is not a second assessment.
    """
    values = {
        "assessments": await encode_json_rows(assessments, ASSESSMENT_COLUMNS, shared),
        "recorded_at": recorded_at,
    }
    return len((await connection.execute(ADD_NEW_ASSESSMENTS, values)).all())


ASSESSMENT_COLUMNS = (
    *("point_of_entry_id", "assessed_on", "estimated_daily_inflow", "estimated_daily_outflow", "comment"),
    *("source_id", "submission_id"),
)
ADD_NEW_ASSESSMENTS = text("""
    INSERT INTO assessment (point_of_entry_id, assessed_on, recorded_at, estimated_daily_inflow,
                            estimated_daily_outflow, source_id, comment, submission_id)
    SELECT DISTINCT n.point_of_entry_id, n.assessed_on, CAST(:recorded_at AS timestamptz), n.estimated_daily_inflow,
           n.estimated_daily_outflow, n.source_id, n.comment, n.submission_id
    FROM json_populate_recordset(NULL::assessment, CAST(:assessments AS json)) n
    WHERE NOT EXISTS (
        SELECT FROM assessment a
        WHERE a.point_of_entry_id = n.point_of_entry_id AND a.assessed_on = n.assessed_on AND a.source_id = n.source_id
          AND (a.estimated_daily_inflow, a.estimated_daily_outflow, a.comment)
              IS NOT DISTINCT FROM (n.estimated_daily_inflow, n.estimated_daily_outflow, n.comment)
    )
    RETURNING id
""")
