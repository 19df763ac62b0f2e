"""Lookup of the points that a submission names, by their codes."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.likely_names import likely_names
from models.codes import folded
from models.giving_way import one_by_one
from models.points_named import as_unlocode, points_named, points_of

CODES = ("code", "iata", "icao", "unlocode")
SHOWN_CANDIDATES = 3
MOST_GUESSES = 30
LONGEST_GUESSED = 100


@dataclass(frozen=True, slots=True)
class NamedPoint:
    """Version of a point in the register, from `first` up to and not including `end` (None: open).

    `successor` is the code of the point that it was merged into.
    """

    id: int
    code: str
    name: str
    iso3: str
    poe_type: str
    lifecycle: str
    first: dt.date
    end: dt.date | None
    successor: str | None = None
    opening_hours: str | None = None

    def holds_on(self, day: dt.date) -> bool:
        return self.first <= day and (self.end is None or day < self.end)


class NamedPoints:
    """Index of points by all of their codes; a point's own code has precedence over other codes."""

    def __init__(self, own_countries: Iterable[Any] = ()) -> None:
        self._by_code: dict[str, dict[str, list[NamedPoint]]] = {column: {} for column in CODES}
        self._by_id: dict[int, list[NamedPoint]] = {}
        self._guesses_left = MOST_GUESSES
        self._likely: dict[str, list[str]] = {}
        for row in own_countries:
            for name in {folded(text) for text in (row.code, row.name, row.municipality) if text}:
                self._likely.setdefault(name, []).append(row.code)

    def add(self, row: Any) -> None:  # noqa: ANN401
        """Add a row of `points_named`."""
        days = row.valid_during
        point = NamedPoint(
            *(row.point_id, row.code, row.name, row.iso3, row.poe_type, row.lifecycle),
            *(days.lower, days.upper, row.successor, row.opening_hours),
        )
        self._by_id.setdefault(point.id, []).append(point)
        for column in CODES:
            if code := getattr(row, column):
                self._by_code[column].setdefault(code, []).append(point)

    def ids(self) -> list[int]:
        """Return the ids of all points in the index."""
        return sorted(self._by_id)

    def found(self, name: str, day: dt.date) -> list[NamedPoint]:
        """Return the points with the code on the day; several points if they share the code.

        A merged or retired point is returned only if no other point has the code.
        """
        for column in CODES:
            versions = self._by_code[column].get(as_unlocode(name) if column == "unlocode" else name.upper(), [])
            holding = {point.id: point for point in versions if point.holds_on(day)}
            staying = [point for point in holding.values() if point.lifecycle not in {"merged", "retired"}]
            if holding:
                return staying or list(holding.values())
        return []

    def versions(self, point: int) -> list[NamedPoint]:
        """Return all versions of a point in the index."""
        return self._by_id.get(point, [])

    def first_day(self, name: str) -> dt.date | None:
        """Return the first day on which the register has the point with this code."""
        return min((point.first for point in self._by_code["code"].get(name.upper(), [])), default=None)

    def others_with(self, column: str, code: str, points: Collection[int | None]) -> list[str]:
        """Return codes of points that have or had this IATA or ICAO code, except `points`."""
        return sorted({p.code for p in self._by_code[column].get(code, []) if p.id not in points})

    def nearest(self, name: str) -> list[str]:
        """Return codes of points in the office's countries with the most similar code, name or municipality.

        Return nothing after MOST_GUESSES names: a file with only wrong names is about other points, and guessing ten
        thousand names among as many points would block all other writers for minutes.
        """
        if self._guesses_left == 0 or len(name) > LONGEST_GUESSED:
            return []
        self._guesses_left -= 1
        near = likely_names(folded(name), self._likely, SHOWN_CANDIDATES)
        return list(dict.fromkeys(code for other in near for code in self._likely[other]))[:SHOWN_CANDIDATES]


async def find_points(
    connection: AsyncConnection, names: Collection[str], own_countries: Collection[str]
) -> NamedPoints:
    """Load the points of these names; if a name is unknown, also the office's own points for "did you mean".

    Proposed points of other countries are excluded: their existence is not public.
    """
    named = (await connection.execute(points_named(sorted(names)))).all()
    found = [row for row in named if row.lifecycle != "proposed" or row.iso3 in own_countries]
    known = {getattr(row, column) for row in found for column in CODES}
    is_known = all(name.upper() in known or as_unlocode(name) in known for name in names)
    points = NamedPoints(() if is_known else (await connection.execute(points_of(sorted(own_countries)))).all())
    await one_by_one(points.add, found)
    return points
