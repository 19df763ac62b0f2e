"""Context that rows are validated against: the current records in the database."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.point_lookup import PointIndex, load_point_index
from models.recording.register_changes import fetch_taken_codes
from models.tables.country import Country
from models.validation.point_lookup import select_restriction_days


@dataclass(frozen=True, slots=True)
class ValidationContext:
    """Context that rows are validated against.

    `writable` are the countries that the sender may write for; new points of the countries `accepting` need no
    acceptance by a reviewer. `known_periods` are the days with current records, by point, from the first day in the
    rows on. `taken_codes` are the requested codes of new points that another point has or had.
    """

    points: PointIndex
    countries: frozenset[str]
    writable: Collection[str]
    today: dt.date
    known_periods: Mapping[int, list[tuple[dt.date, dt.date | None]]] = field(default_factory=dict)
    accepting: Collection[str] = ()
    taken_codes: Collection[str] = ()

    def find_next_change(self, point: int, day: dt.date) -> dt.date | None:
        """Return the first day after `day` on which another record of the point begins."""
        return min((first for first, _ in self.known_periods.get(point, []) if first > day), default=None)

    def covers_day(self, point: int, day: dt.date) -> bool:
        return any(first <= day and (end is None or day < end) for first, end in self.known_periods.get(point, []))


async def load_context(
    connection: AsyncConnection,
    *,
    names: Collection[str],
    new_codes: Collection[str],
    since: dt.date,
    writable: Collection[str],
    accepting: Collection[str],
    today: dt.date,
) -> ValidationContext:
    """Load the points of these names, their days with records from `since` on, and which of `new_codes` are taken."""
    points = await load_point_index(connection, names, writable)
    countries = frozenset((await connection.scalars(select(Country.iso3))).all())
    periods: dict[int, list[tuple[dt.date, dt.date | None]]] = {}
    for point, first, end in await connection.execute(select_restriction_days(points.list_ids(), since)):
        periods.setdefault(point, []).append((first, end))
    taken = await fetch_taken_codes(connection, new_codes)
    return ValidationContext(points, countries, writable, today, periods, accepting, taken)
