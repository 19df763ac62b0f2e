"""Recording of assessments: an office assessed a point on a day."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_update import Row
from models.recording.json_rows import encode_json_rows


async def record_assessments(connection: AsyncConnection, assessments: Sequence[Row], recorded_at: dt.datetime) -> int:
    """Record the assessments that are not recorded yet with equal values, and return their number.

    Each has every column of the table except `id` and `recorded_at`; `submission_id` may be missing. An assessment that
    is sent a second time is not a second assessment.
    """
    values = {"assessments": encode_json_rows(assessments), "recorded_at": recorded_at}
    return len((await connection.execute(ADD_NEW_ASSESSMENTS, values)).all())


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
