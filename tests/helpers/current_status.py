"""The status that the statements behind the collections give for a point."""

import datetime as dt

from helpers.factories import day
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.queries.filters import FeatureFilter
from models.queries.points import select_points
from models.tables.bitemporal import Days


async def fetch_status(
    database: AsyncConnection, point: int, on: str | dt.date, as_known_at: dt.datetime | None = None
) -> str | None:
    """The status on a day, or None where nobody assessed it."""
    the_day = day(on) if isinstance(on, str) else on
    return await fetch_status_within(database, point, Days.on(the_day), as_known_at)


async def fetch_status_within(
    database: AsyncConnection, point: int, days: Days, as_known_at: dt.datetime | None = None
) -> str | None:
    answers = select_points(FeatureFilter(days, as_known_at)).subquery()
    row = (await database.execute(select(answers).where(answers.c.key == point))).one()
    return row.operational_status if row.assessed else None
