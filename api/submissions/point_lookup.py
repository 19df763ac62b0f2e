"""Lookup of the points that a submission names, by their codes."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.messages.suggestions import suggest_names
from models.codes import fold_text
from models.recording.bulk_rows import map_cooperatively
from models.validation.point_lookup import normalize_unlocode, select_country_points, select_points_by_code

CODE_COLUMNS = ("code", "iata", "icao", "unlocode")
MAX_CANDIDATES = 3
MAX_GUESSES = 30
MAX_GUESSED_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class PointVersion:
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

    def is_valid_on(self, day: dt.date) -> bool:
        return self.first <= day and (self.end is None or day < self.end)


class PointIndex:
    """Index of points by all of their codes; a point's own code has precedence over other codes."""

    def __init__(self, own_countries: Iterable[Any] = ()) -> None:
        self._by_code: dict[str, dict[str, list[PointVersion]]] = {column: {} for column in CODE_COLUMNS}
        self._by_id: dict[int, list[PointVersion]] = {}
        self._guesses_left = MAX_GUESSES
        self._likely: dict[str, list[str]] = {}
        for row in own_countries:
            for name in {fold_text(text) for text in (row.code, row.name, row.municipality) if text}:
                self._likely.setdefault(name, []).append(row.code)

    def add(self, row: Any) -> None:  # noqa: ANN401
        """Add a row of `select_points_by_code`."""
        days = row.valid_during
        point = PointVersion(
            *(row.point_id, row.code, row.name, row.iso3, row.poe_type, row.lifecycle),
            *(days.lower, days.upper, row.successor, row.opening_hours),
        )
        self._by_id.setdefault(point.id, []).append(point)
        for column in CODE_COLUMNS:
            if code := getattr(row, column):
                self._by_code[column].setdefault(code, []).append(point)

    def list_ids(self) -> list[int]:
        """Return the ids of all points in the index."""
        return sorted(self._by_id)

    def find_versions(self, name: str, day: dt.date) -> list[PointVersion]:
        """Return the points with the code on the day; several points if they share the code.

        A merged or retired point is returned only if no other point has the code.
        """
        for column in CODE_COLUMNS:
            versions = self._by_code[column].get(normalize_unlocode(name) if column == "unlocode" else name.upper(), [])
            holding = {point.id: point for point in versions if point.is_valid_on(day)}
            staying = [point for point in holding.values() if point.lifecycle not in {"merged", "retired"}]
            if holding:
                return staying or list(holding.values())
        return []

    def list_versions(self, point: int) -> list[PointVersion]:
        """Return all versions of a point in the index."""
        return self._by_id.get(point, [])

    def find_first_day(self, name: str) -> dt.date | None:
        """Return the first day on which the register has the point with this code."""
        return min((point.first for point in self._by_code["code"].get(name.upper(), [])), default=None)

    def find_other_codes(self, column: str, code: str, points: Collection[int | None]) -> list[str]:
        """Return codes of points that have or had this IATA or ICAO code, except `points`."""
        return sorted({p.code for p in self._by_code[column].get(code, []) if p.id not in points})

    def find_nearest(self, name: str) -> list[str]:
        """Return codes of points in the office's countries with the most similar code, name or municipality.

        Return nothing after MOST_GUESSES names: a file with only wrong names is about other points, and guessing ten
        thousand names among as many points would block all other writers for minutes.
        """
        if self._guesses_left == 0 or len(name) > MAX_GUESSED_CHARACTERS:
            return []
        self._guesses_left -= 1
        near = suggest_names(fold_text(name), self._likely, MAX_CANDIDATES)
        return list(dict.fromkeys(code for other in near for code in self._likely[other]))[:MAX_CANDIDATES]


async def load_point_index(
    connection: AsyncConnection, names: Collection[str], own_countries: Collection[str]
) -> PointIndex:
    """Load the points of these names; if a name is unknown, also the office's own points for "did you mean".

    Proposed points of other countries are excluded: their existence is not public.
    """
    named = (await connection.execute(select_points_by_code(sorted(names)))).all()
    found = [row for row in named if row.lifecycle != "proposed" or row.iso3 in own_countries]
    known = {getattr(row, column) for row in found for column in CODE_COLUMNS}
    is_known = all(name.upper() in known or normalize_unlocode(name) in known for name in names)
    points = PointIndex(
        () if is_known else (await connection.execute(select_country_points(sorted(own_countries)))).all()
    )
    await map_cooperatively(points.add, found)
    return points
