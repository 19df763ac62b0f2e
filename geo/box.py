"""Boxes on the globe, in degrees of longitude and latitude (WGS 84, CRS84 axis order)."""

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_

# West, south, east and north of each part of a box; numbers, or parameters bound to them.
Halves = tuple[tuple[Any, Any, Any, Any], ...]


class InvalidBox(ValueError):
    """The text is not a box on the globe; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east, north in degrees. West greater than east: the box crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> "Box":
        """The box written as `west,south,east,north`, or with heights as six numbers, whose heights are not used.

        OGC API - Features Part 1, 7.15.3. Raises InvalidBox.
        """
        numbers = [_number(part) for part in text.split(",")]
        if len(numbers) == 6:
            numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
        if len(numbers) != 4:
            raise InvalidBox(f"a box has 4 numbers (west,south,east,north) or 6, not {len(numbers)}")
        return cls(*numbers)

    def __post_init__(self) -> None:
        for name, longitude in (("west", self.west), ("east", self.east)):
            if not -180 <= longitude <= 180:
                raise InvalidBox(f"{name} is {longitude:g}, outside -180 to 180")
        for name, latitude in (("south", self.south), ("north", self.north)):
            if not -90 <= latitude <= 90:
                raise InvalidBox(f"{name} is {latitude:g}, outside -90 to 90")
        if self.south > self.north:
            raise InvalidBox(f"south {self.south:g} lies north of north {self.north:g}")

    def halves(self) -> Halves:
        """The box as boxes that do not cross the antimeridian: one, or its western and eastern part."""
        if self.west <= self.east:
            return ((self.west, self.south, self.east, self.north),)
        return ((self.west, self.south, 180.0, self.north), (-180.0, self.south, self.east, self.north))


def touches(geometry: Any, halves: Halves) -> ColumnElement[bool]:  # noqa: ANN401 - a GeoAlchemy2 column or attribute
    """SQL condition: `geometry` (EPSG:4326) and the box of these halves have a point in common.

    The box is made from literals and the column left as it is, so that its index is used.
    """
    return or_(*(func.ST_Intersects(geometry, _envelope(*half)) for half in halves))


def _envelope(west: Any, south: Any, east: Any, north: Any) -> Any:  # noqa: ANN401
    corners = func.ST_MakeLine(func.ST_MakePoint(west, south), func.ST_MakePoint(east, north))
    return func.ST_Envelope(func.ST_SetSRID(corners, 4326))


def _number(part: str) -> float:
    try:
        number = float(part.replace("_", "x"))
    except ValueError:
        raise InvalidBox(f"{part.strip()!r} is not a number") from None
    if not math.isfinite(number):
        raise InvalidBox(f"{part.strip()!r} is not a finite number")
    return number
