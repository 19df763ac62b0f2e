"""Boxes on the globe, in degrees of longitude and latitude (WGS 84, CRS84 axis order)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_

from geo.one_place import MAX_LONGITUDE

# West, south, east and north of each part of a box: numbers, or bound parameters.
BoxParts = tuple[tuple[Any, Any, Any, Any], ...]
SEGMENTS_PER_SIDE = 32
WORLD_DEGREES = 360.0


class InvalidBox(ValueError):
    """The text is not a box on the globe; the message gives the reason, for the user."""


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east, north in degrees. West greater than east: the box crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def build(cls, west: float, south: float, east: float, north: float) -> "Box":
        """Build a box from longitudes that may lie beyond 180, as of a map dragged round the globe.

        Raise InvalidBox for longitudes more than ten worlds away.
        """
        if west <= east and east - west >= WORLD_DEGREES:
            return cls(-180.0, south, 180.0, north)
        for name, longitude in (("west", west), ("east", east)):
            if abs(longitude) > MAX_LONGITUDE:
                raise InvalidBox(f"{name} is {longitude}, outside -{MAX_LONGITUDE} to {MAX_LONGITUDE}")
        return cls(_wrap_longitude(west), south, _wrap_longitude(east), north)

    def __post_init__(self) -> None:
        for name, longitude in (("west", self.west), ("east", self.east)):
            if not -180 <= longitude <= 180:
                raise InvalidBox(f"{name} is {longitude}, outside -180 to 180")
        for name, latitude in (("south", self.south), ("north", self.north)):
            if not -90 <= latitude <= 90:
                raise InvalidBox(f"{name} is {latitude}, outside -90 to 90")
        if self.south > self.north:
            raise InvalidBox(f"south {self.south} is greater than north {self.north}")

    def split_at_antimeridian(self) -> BoxParts:
        """Split the box into boxes that do not cross the antimeridian: one, or a western and an eastern part.

        180 and -180 are one meridian: a box that ends at one of them also includes what lies at the other.
        """
        west, east = self.west, self.east
        if east == 180 and west > -180:
            east = -180.0
        elif west == -180 and east < 180:
            west = 180.0
        if west <= east:
            return ((west, self.south, east, self.north),)
        return ((west, self.south, 180.0, self.north), (-180.0, self.south, east, self.north))


def _wrap_longitude(longitude: float) -> float:
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % WORLD_DEGREES - 180


@dataclass(frozen=True, slots=True)
class ProjectedBox:
    """A box in another system than that of the geometries, east before north: on the globe its sides are curves."""

    srid: int
    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if self.west > self.east or self.south > self.north:
            raise InvalidBox("the lower corner must come first; only a box in degrees may cross the antimeridian")

    def split_at_antimeridian(self) -> BoxParts:
        return ((self.west, self.south, self.east, self.north),)


def intersects_box(geometry: Any, halves: BoxParts, srid: Any = None) -> ColumnElement[bool]:  # noqa: ANN401 - a GeoAlchemy2 column or attribute
    """Build the SQL condition that `geometry` (EPSG:4326) and the box of these halves have a point in common.

    The halves are in degrees, or in the system `srid`. The box is built from literals and the column is unchanged, so
    that PostgreSQL uses its index.
    """
    if srid is None:
        return or_(*(func.ST_Intersects(geometry, _build_envelope(half, 4326)) for half in halves))
    return or_(*(func.ST_Intersects(geometry, _build_curved_box(half, srid)) for half in halves))


def is_in_box(point: Any, halves: BoxParts, srid: Any = None) -> ColumnElement[bool]:  # noqa: ANN401 - a GeoAlchemy2 column or attribute
    """Build the condition of `touches` for a point, with comparisons: ST_Intersects took a seventh of a tile."""
    if srid is not None:
        return intersects_box(point, halves, srid)
    return or_(*(_is_in_part(point, half) for half in halves))


def _is_in_part(point: Any, half: tuple[Any, ...]) -> ColumnElement[bool]:  # noqa: ANN401
    west, south, east, north = half
    # The index alone is not exact: it stores boxes in single precision.
    near: ColumnElement[bool] = point.op("&&")(_build_envelope(half, 4326))
    return and_(near, func.ST_X(point).between(west, east), func.ST_Y(point).between(south, north))


def _build_envelope(half: tuple[Any, ...], srid: Any) -> Any:  # noqa: ANN401 - an SQL expression
    west, south, east, north = half
    corners = func.ST_MakeLine(func.ST_MakePoint(west, south), func.ST_MakePoint(east, north))
    return func.ST_Envelope(func.ST_SetSRID(corners, srid))


def _build_curved_box(half: tuple[Any, ...], srid: Any) -> Any:  # noqa: ANN401 - an SQL expression
    """Build the box in EPSG:4326. A straight side becomes a curve there, so its sides are cut into pieces first."""
    west, south, east, north = half
    piece = func.greatest(east - west, north - south, 1) / SEGMENTS_PER_SIDE
    return func.ST_Transform(func.ST_Segmentize(_build_envelope(half, srid), piece), 4326)
