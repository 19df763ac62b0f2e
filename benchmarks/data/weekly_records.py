"""Weeks of restrictions, one record for each point and week, with their measures, assessments and revisions.

The statuses are those of `crossings example-weeks`. Each record holds for its week, the last until further notice. One
in fifty was first reported wrongly and corrected three days later, so that `as_known_at` makes a difference.
"""

import datetime as dt
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.commands.example_data import (
    NAME,
    SHARES,
    ExamplePoint,
    PublishedShares,
    build_example_row,
    generate_weekly_statuses,
)
from benchmarks.data.bulk_load import copy_into, drop_indexes
from models.accounts.submissions import ensure_office_source
from models.queries.example_data import EXAMPLE_OFFICE, select_points_with_region
from models.recording.bitemporal_tables import RESTRICTIONS
from models.recording.register import fetch_point_ids
from models.recording.restrictions import MEASURE_COLUMNS, MeasureRow, RestrictionUpdate
from models.tables.revision import Revision

FIRST_WEEK = dt.date(2020, 6, 3)
WEEK = dt.timedelta(weeks=1)
TABLES = ("restriction", "restriction_measure", "assessment")
ONE_IN = 50
STATUSES = ("open", "partially", "closed", "unknown")
REPORTED_AFTER = dt.timedelta(days=1, hours=9)
CORRECTED_AFTER = dt.timedelta(days=3)
SAID = (
    *("operational_status", "measures", "affected_populations", "measures_digest", "expected_duration"),
    *("confidence", "source_note", "comment"),
)


class Contents:
    """Contents of records, numbered: thousands of points share the same few contents."""

    def __init__(self, points: Sequence[ExamplePoint]) -> None:
        self.rows: list[dict[str, Any]] = []
        self.measures: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}
        self.of_points = [{status: self._number(point, status) for status in STATUSES} for point in points]

    def _number(self, point: ExamplePoint, status: str) -> int:
        news = build_update(build_example_row(point, status, FIRST_WEEK, 1))
        key = repr(news)
        if key not in self._numbers:
            self._numbers[key] = len(self.rows)
            columns = ("valid_during", *RESTRICTIONS.update_columns)
            self.rows.append({name: getattr(news, name) for name in columns} | {"id": len(self.rows)})
            self.measures += [row | {"restriction_id": len(self.rows) - 1} for row in news.content.rows]
        return self._numbers[key]


def build_update(row: dict[str, Any]) -> RestrictionUpdate:
    """Build the update of a row; its point, source and days are filled in later."""
    populations = tuple(row.get("affected_populations", ()))
    return RestrictionUpdate(
        point_of_entry_id=0,
        valid_from=FIRST_WEEK,
        valid_to=None,
        operational_status=row["operational_status"],
        source_id=0,
        measure_rows=tuple(
            MeasureRow(measure, affected_populations=populations) for measure in row.get("measures", ())
        ),
        populations=populations,
        expected_duration=row.get("expected_duration"),
        confidence=row["confidence"],
        source_note=row["source"],
        comment=row["comment"],
    )


@dataclass(frozen=True, slots=True)
class Week:
    """A week's days, and the moments at which it was recorded and corrected; the last week has no end yet."""

    first_day: dt.date
    end: dt.date | None

    @property
    def recorded_at(self) -> dt.datetime:
        return dt.datetime.combine(self.first_day, dt.time(), dt.UTC) + REPORTED_AFTER

    @property
    def corrected_at(self) -> dt.datetime:
        return self.recorded_at + CORRECTED_AFTER


async def fill_weeks(connection: AsyncConnection, weeks: int, seed: int) -> None:
    """Record the weeks for all points, in the connection's transaction."""
    found = await connection.execute(select_points_with_region(FIRST_WEEK, with_transit_points=True))
    points = [ExamplePoint(*row) for row in found]
    ids = await fetch_point_ids(connection, [point.code for point in points])
    contents = Contents(points)
    await _create_staging_tables(connection, contents)
    source = {"source_id": await ensure_office_source(connection, EXAMPLE_OFFICE, NAME)}
    chance = random.Random(seed)
    async with drop_indexes(connection, TABLES):
        for day, statuses in generate_weekly_statuses(points, PublishedShares.read(SHARES), FIRST_WEEK, weeks, seed):
            is_last = day == FIRST_WEEK + (weeks - 1) * WEEK
            told = _draw_statuses([ids[point.code] for point in points], contents, statuses, chance)
            await _record(connection, Week(day, None if is_last else day + WEEK), told, source)
        await connection.execute(ADD_MEASURES)


def _draw_statuses(
    ids: Sequence[int], contents: Contents, statuses: Sequence[str], chance: random.Random
) -> Iterator[tuple[int, int, int | None]]:
    """Yield for each point its id, the number of its content, and of the content before a correction, if any."""
    for point, of_point, status in zip(ids, contents.of_points, statuses, strict=True):
        others = [other for other in STATUSES if other != status]
        before = of_point[chance.choice(others)] if chance.randrange(ONE_IN) == 0 else None
        yield point, of_point[status], before


async def _create_staging_tables(connection: AsyncConnection, contents: Contents) -> None:
    """Create temporary tables: the contents and, for each week, the reports of the points."""
    for statement in STAGING:
        await connection.execute(text(statement))
    rows, measures = json.dumps(contents.rows), json.dumps(contents.measures)
    await connection.execute(STAGE_CONTENTS, {"rows": rows})
    await connection.execute(STAGE_MEASURES, {"rows": measures})


async def _record(
    connection: AsyncConnection, week: Week, told: Iterator[tuple[int, int, int | None]], source: dict[str, int]
) -> None:
    moments = {"recorded_at": week.recorded_at, "corrected_at": week.corrected_at}
    days = {"first_day": week.first_day, "end": week.end}
    reasons = {week.recorded_at: "week", week.corrected_at: "corrections of the week"}
    revisions = [{"recorded_at": at, "reason": f"{what} of {week.first_day}"} for at, what in reasons.items()]
    await connection.execute(insert(Revision), revisions)
    await connection.execute(text("TRUNCATE told"))
    await copy_into(connection, "told", told)
    await connection.execute(ADD_RESTRICTIONS, moments | days | source)
    at = {"recorded_at": week.recorded_at, "first_day": week.first_day}
    await connection.execute(ADD_ASSESSMENTS, at | source)


STAGING = (
    "CREATE TEMP TABLE told (point_of_entry_id bigint, content bigint, content_before bigint) ON COMMIT DROP",
    f"CREATE TEMP TABLE content ON COMMIT DROP AS SELECT id, {', '.join(SAID)} FROM restriction WITH NO DATA",
    f"""CREATE TEMP TABLE content_measure ON COMMIT DROP AS
        SELECT restriction_id AS content, {", ".join(MEASURE_COLUMNS)} FROM restriction_measure WITH NO DATA""",
)
STAGE_CONTENTS = text(f"""
    INSERT INTO content SELECT id, {", ".join(SAID)}
    FROM jsonb_populate_recordset(NULL::restriction, CAST(:rows AS jsonb))
""")
STAGE_MEASURES = text(f"""
    INSERT INTO content_measure SELECT restriction_id, {", ".join(MEASURE_COLUMNS)}
    FROM jsonb_populate_recordset(NULL::restriction_measure, CAST(:rows AS jsonb))
""")
ADD_RESTRICTIONS = text(f"""
    WITH moment AS (
        SELECT CAST(:recorded_at AS timestamptz) AS recorded_at, CAST(:corrected_at AS timestamptz) AS corrected_at
    ), believed AS (
        SELECT point_of_entry_id, coalesce(content_before, content) AS content,
               tstzrange(recorded_at, CASE WHEN content_before IS NOT NULL THEN corrected_at END) AS recorded_during
        FROM told, moment
        UNION ALL
        SELECT point_of_entry_id, content, tstzrange(corrected_at, NULL)
        FROM told, moment WHERE content_before IS NOT NULL
    )
    INSERT INTO restriction (point_of_entry_id, valid_during, recorded_during, source_id, {", ".join(SAID)})
    SELECT b.point_of_entry_id, daterange(CAST(:first_day AS date), CAST(:end AS date)), b.recorded_during,
           CAST(:source_id AS bigint), {", ".join(f"c.{column}" for column in SAID)}
    FROM believed b JOIN content c ON c.id = b.content
    ORDER BY lower(b.recorded_during), b.point_of_entry_id
""")
ADD_ASSESSMENTS = text("""
    INSERT INTO assessment (point_of_entry_id, assessed_on, recorded_at, source_id, estimated_daily_inflow,
                            estimated_daily_outflow)
    SELECT point_of_entry_id, CAST(:first_day AS date), CAST(:recorded_at AS timestamptz), CAST(:source_id AS bigint),
           hashint8(point_of_entry_id) & 1023, hashint8(point_of_entry_id + 1) & 1023
    FROM told ORDER BY point_of_entry_id
""")
# Contents that differ in the status or the duration have the same measures, and the same digest.
ADD_MEASURES = text(f"""
    INSERT INTO restriction_measure (restriction_id, {", ".join(MEASURE_COLUMNS)})
    SELECT r.id, {", ".join(f"m.{column}" for column in MEASURE_COLUMNS)}
    FROM restriction r
    JOIN (SELECT measures_digest, min(id) AS id FROM content GROUP BY measures_digest) c USING (measures_digest)
    JOIN content_measure m ON m.content = c.id
    ORDER BY r.id
""")
