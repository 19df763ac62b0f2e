"""Observations: what was seen at a point on one day, and the days it speaks of."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, any_, cast, func, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from models.assessment import Assessment
from models.news import Ledger, Row
from models.time_axes import believed


async def ends_of_observations(
    connection: AsyncConnection, ledger: Ledger, seen: Sequence[Row]
) -> list[dt.date | None]:
    """For each observation the first day of which something else is known, or None: it speaks of the days before.

    An observation has the columns of `ledger.key`, `point_of_entry_id` among them, and `seen_on`. What ends it is
    the next observation of the same thing among `seen`, the next belief to begin, or the next day on which a
    belief was confirmed by an assessment. So what is learned late about an old day never outweighs later news.
    """
    days: dict[tuple[Any, ...], set[dt.date]] = defaultdict(set)
    for row in seen:
        days[_key(ledger, row)].add(row["seen_on"])
    points = sorted({row["point_of_entry_id"] for row in seen})
    for *key, day in await connection.execute(_days_told(ledger, points)):
        days[tuple(key)].add(day)
    in_order = {key: sorted(found) for key, found in days.items()}
    return [_first_after(in_order[_key(ledger, row)], row["seen_on"]) for row in seen]


def _key(ledger: Ledger, row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in ledger.key)


def _first_after(days: Sequence[dt.date], day: dt.date) -> dt.date | None:
    after = bisect_right(days, day)
    return days[after] if after < len(days) else None


def _days_told(ledger: Ledger, points: list[int]) -> CompoundSelect[*tuple[Any, ...]]:
    """Statement giving key and day: where beliefs about the points begin, and where assessments confirm them.

    News that repeats a belief leaves no record of its own, only an assessment.
    """
    record = ledger.table.columns
    key = [record[column] for column in ledger.key]
    of_points = record.point_of_entry_id == any_(cast(points, ARRAY(BigInteger)))
    now_believed = of_points & believed(record.recorded_during, None)
    begun = select(*key, func.lower(record.valid_during)).where(now_believed)
    same_day = record.valid_during.contains(Assessment.assessed_on)
    at_point = (Assessment.point_of_entry_id == record.point_of_entry_id) & same_day
    confirmed = select(*key, Assessment.assessed_on).join(Assessment, at_point).where(now_believed)
    return union(begun, confirmed)
