"""What the peers read: our own statement as a function and as a view, in a schema of their own.

So they have the same plan as Crossings, and the same columns; what is compared is what a server makes of it.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Date, Select, column, literal_column, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.geojson import filter_properties
from models.queries.filters import FeatureFilter
from models.queries.points import select_points
from models.tables.bitemporal import Days

SCHEMA = "bench"
FUNCTION, VIEW, RECORDS = "points_on", "points_of_the_day", "record"
LEAN_FUNCTION, LEAN_VIEW = "lean_points_on", "lean_points_of_the_day"
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# Of a view PostgreSQL knows the columns' types, in the words in which a function has to declare them.
COLUMNS = f"""
    SELECT string_agg(format('%I %s', attname, format_type(atttypid, NULL)), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = '{SCHEMA}.{{view}}'::regclass AND attnum > 0
"""
RECORDS_OF_POINTS = f"""
    CREATE VIEW {SCHEMA}.{RECORDS} AS
    SELECT r.id, p.code, r.operational_status, r.status_group, r.measures, r.affected_populations,
           r.expected_duration, r.announced_end, r.confidence, r.comment, s.name AS source,
           lower(r.valid_during) AS valid_from, upper(r.valid_during) AS valid_to,
           lower(r.recorded_during) AS recorded_from, upper(r.recorded_during) AS recorded_to
    FROM restriction r JOIN point_of_entry p ON p.id = r.point_of_entry_id JOIN source s ON s.id = r.source_id
"""
# What one writes who wants a map and no more: what holds at a point, without saying how that is known.
LEAN = """
    SELECT p.code AS id, v.name, v.poe_type, v.iso3 AS country, v.geometry,
           coalesce(r.operational_status, 'unknown') AS operational_status,
           coalesce(r.status_group, 'unknown') AS status_group, lower(r.valid_during) AS valid_from
    FROM point_of_entry_version v JOIN point_of_entry p ON p.id = v.point_of_entry_id
    LEFT JOIN LATERAL (
        SELECT * FROM restriction r
        WHERE r.point_of_entry_id = p.id AND upper_inf(r.recorded_during) AND lower(r.valid_during) <= {day}
        ORDER BY lower(r.valid_during) DESC LIMIT 1
    ) r ON r.valid_during @> {day}
    WHERE upper_inf(v.recorded_during) AND v.lifecycle = 'active' AND v.valid_during @> {day}
"""


async def create_schema(connection: AsyncConnection, day: dt.date) -> None:
    """Make the schema anew: a function of a day and a view of this day, for those who take none, whole and lean."""
    for statement in (f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"):
        await connection.exec_driver_sql(statement)
    for function, view, answer in ((FUNCTION, VIEW, _build_answer), (LEAN_FUNCTION, LEAN_VIEW, _build_lean)):
        of_the_day = answer(f"date '{day}'")
        await connection.exec_driver_sql(f"CREATE VIEW {SCHEMA}.{view} AS {of_the_day}")
        columns = (await connection.exec_driver_sql(COLUMNS.format(view=view))).scalar_one()
        await connection.exec_driver_sql(
            f"CREATE FUNCTION {SCHEMA}.{function}(day date) RETURNS TABLE ({columns})"
            f" LANGUAGE sql STABLE AS $$ {answer('day')} $$"
        )
    await connection.exec_driver_sql(RECORDS_OF_POINTS)


def _build_answer(day: str) -> str:
    """Our own statement as text, the day being this SQL expression; made for whatever points are asked of the view."""
    asked: Any = literal_column(day, Date)
    answer = select_points(FeatureFilter(Days(asked, asked)), one_by_one=True).subquery("answer")
    # Not the columns themselves, or GeoAlchemy would write the geometry as bytes.
    named = ("id", "geometry", *(each.name for each in filter_properties(answer.c)))
    names: list[Any] = [column(name) for name in named]
    whole: Select[Any] = select(*names).select_from(answer)
    return str(whole.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def _build_lean(day: str) -> str:
    return LEAN.format(day=day)
