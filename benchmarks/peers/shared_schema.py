"""What the peers read: our own statement as a function and as a view, in a schema of their own.

So they have the same plan as Crossings, and the same columns; what is compared is what a server makes of it.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Date, Select, literal_column, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from models.point_answers import points_answering
from models.question import Question
from models.time_axes import Days

SCHEMA = "bench"
FUNCTION, VIEW, RECORDS = "points_on", "points_of_the_day", "record"
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# Of a view PostgreSQL knows the columns' types, in the words in which a function has to declare them.
COLUMNS = f"""
    SELECT string_agg(format('%I %s', attname, format_type(atttypid, NULL)), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = '{SCHEMA}.{VIEW}'::regclass AND attnum > 0
"""
RECORDS_OF_POINTS = f"""
    CREATE VIEW {SCHEMA}.{RECORDS} AS
    SELECT r.id, p.code, r.operational_status, r.status_group, r.measures, r.affected_populations,
           r.expected_duration, r.announced_end, r.confidence, r.comment, s.name AS source,
           lower(r.valid_during) AS valid_from, upper(r.valid_during) AS valid_to,
           lower(r.recorded_during) AS recorded_from, upper(r.recorded_during) AS recorded_to
    FROM restriction r JOIN point_of_entry p ON p.id = r.point_of_entry_id JOIN source s ON s.id = r.source_id
"""


async def put_schema(connection: AsyncConnection, day: dt.date) -> None:
    """Make the schema anew: `points_on(day)`, the view `points_of_the_day` for those who take no day, and `record`."""
    for statement in (f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"):
        await connection.exec_driver_sql(statement)
    of_the_day = _answer(f"date '{day}'")
    await connection.exec_driver_sql(f"CREATE VIEW {SCHEMA}.{VIEW} AS {of_the_day}")
    columns = (await connection.exec_driver_sql(COLUMNS)).scalar_one()
    await connection.exec_driver_sql(
        f"CREATE FUNCTION {SCHEMA}.{FUNCTION}(day date) RETURNS TABLE ({columns})"
        f" LANGUAGE sql STABLE AS $$ {_answer('day')} $$"
    )
    await connection.exec_driver_sql(RECORDS_OF_POINTS)


def _answer(day: str) -> str:
    """Our own statement as text, the day being this SQL expression."""
    asked: Any = literal_column(day, Date)
    answer = points_answering(Question(Days(asked, asked))).subquery("answer")
    # Not by name, or GeoAlchemy would write the geometry as bytes.
    whole: Select[Any] = select(text("*")).select_from(answer)
    return str(whole.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
