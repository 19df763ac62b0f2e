"""Coordinate reference systems by their address (OGC API - Features Part 2), and conversions to and from them.

All geometry is stored in WGS 84, longitude before latitude. Responses, and boxes in requests, may use any of these
systems.
"""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import ColumnElement, case, func

from geo.bbox import WORLD_DEGREES, Box, ProjectedBox

STORED_SRID = 4326
EPSG_URI = "http://www.opengis.net/def/crs/EPSG/0/"
# Notations that programs send for a system: the URN of RFC 5165, the short form in safe brackets, and the code.
EPSG_PREFIXES = (EPSG_URI, "https://www.opengis.net/def/crs/EPSG/0/", "urn:ogc:def:crs:EPSG::", "EPSG:")
# Universal Transverse Mercator: WGS 84 on both hemispheres, and ETRS89 in Europe.
UTM_ZONES = (("WGS 84 / UTM zone {}N", 32600, 1, 60), ("WGS 84 / UTM zone {}S", 32700, 1, 60))
EUROPEAN_UTM_ZONES = ("ETRS89 / UTM zone {}N", 25800, 28, 37)
WEB_MERCATOR = 3857
HALF_WORLD_M = 20037508.342789244
# Degrees by which a place may move when converted to a system and back: a kilometre, where datums are coarse.
MAX_ROUND_TRIP_DEGREES = 0.01


class UnknownCrs(ValueError):
    """The service does not offer a coordinate reference system of this address; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate reference system. `north_first`: by its authority, latitude or northing is its first axis.

    `is_geographic`: its coordinates are degrees. `farthest_latitude`: where it ends towards both poles, in degrees.
    `is_local`: far from its own part of the world, its coordinates do not convert back to the original place.
    """

    uri: str
    srid: int
    name: str
    north_first: bool = False
    is_geographic: bool = False
    farthest_latitude: float | None = None
    is_local: bool = False

    @property
    def is_stored(self) -> bool:
        """True if its coordinates equal the stored coordinates, perhaps in the other order."""
        return self.srid == STORED_SRID


CRS84 = Crs(
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84", STORED_SRID, "WGS 84 longitude, latitude", is_geographic=True
)


@cache
def list_crs() -> dict[str, Crs]:
    """List every system that a request can name, by its address; CRS84 first."""
    entries = tomllib.loads((files("geo") / "crs.toml").read_text(encoding="utf-8"))["crs"]
    named = [Crs(f"{EPSG_URI}{each['srid']}", **each) for each in entries]
    zones = [
        Crs(f"{EPSG_URI}{first + zone}", first + zone, name.format(zone))
        for name, first, lowest, highest in (*UTM_ZONES, EUROPEAN_UTM_ZONES)
        for zone in range(lowest, highest + 1)
    ]
    return {crs.uri: crs for crs in (CRS84, *named, *zones)}


def parse_crs(address: str) -> Crs:
    """Return the system of this address, or of another notation that programs use. Raise UnknownCrs."""
    uri = address.removeprefix("[").removesuffix("]")
    if uri in {"OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84"}:
        return CRS84
    for start in EPSG_PREFIXES:
        if uri.upper().startswith(start.upper()):
            uri = EPSG_URI + uri[len(start) :]
    crs = list_crs().get(uri.replace("https:", "http:", 1))
    if crs is None:
        raise UnknownCrs(f"unknown coordinate reference system {address!r}; expected one listed at /collections")
    return crs


def transform_to_crs(geometry: Any, crs: Crs) -> ColumnElement[Any]:  # noqa: ANN401 - a GeoAlchemy2 column or attribute
    """Build the SQL expression of a stored geometry in the coordinates of `crs`, in the order of its axes."""
    if not crs.is_stored:
        geometry = func.ST_Transform(_clip_to_domain(geometry, crs), crs.srid)
    turned: ColumnElement[Any] = func.ST_FlipCoordinates(geometry) if crs.north_first else geometry
    return turned


def _clip_to_domain(geometry: Any, crs: Crs) -> Any:  # noqa: ANN401 - SQL expressions
    """Build the SQL expression of the part of the geometry that the system can represent.

    It clips a shape, as every map does; for any other geometry outside the domain the database raises an error, as PROJ
    does on its own in most systems.
    """
    if crs.farthest_latitude is not None:
        end = crs.farthest_latitude
        within = (func.ST_YMax(geometry) <= end) & (func.ST_YMin(geometry) >= -end)
        map_of_it = func.ST_MakeEnvelope(-WORLD_DEGREES / 2, -end, WORLD_DEGREES / 2, end, STORED_SRID)
        cut = func.ST_Multi(func.ST_ClipByBox2D(geometry, map_of_it))
        return case((within, geometry), (func.ST_Dimension(geometry) > 0, cut), else_=_move_off_globe(geometry))
    if crs.is_local:
        back = func.ST_Transform(func.ST_Transform(geometry, crs.srid), STORED_SRID)
        return case(
            (_measure_shift(geometry, back) < MAX_ROUND_TRIP_DEGREES, geometry), else_=_move_off_globe(geometry)
        )
    return geometry


def _move_off_globe(geometry: Any) -> Any:  # noqa: ANN401
    """Build an SQL expression with latitudes that do not exist, so that PROJ raises an error."""
    return func.ST_Translate(geometry, 0, WORLD_DEGREES)


def _measure_shift(one: Any, other: Any) -> ColumnElement[float]:  # noqa: ANN401
    """Build the SQL expression of the degrees by which the sides of the geometries' boxes differ."""
    sides = (func.ST_XMin, func.ST_XMax, func.ST_YMin, func.ST_YMax)
    return func.greatest(*(func.abs(side(one) - side(other)) for side in sides))


def transform_to_stored(geometry: Any, crs: Crs) -> ColumnElement[Any]:  # noqa: ANN401 - an SQL expression
    """Build the SQL expression that converts a geometry in `crs`, without SRID, to its stored coordinates."""
    turned = func.ST_FlipCoordinates(geometry) if crs.north_first else geometry
    marked: ColumnElement[Any] = func.ST_SetSRID(turned, crs.srid)
    return marked if crs.is_stored else func.ST_Transform(marked, STORED_SRID)


def build_box(corners: tuple[float, float, float, float], crs: Crs) -> Box | ProjectedBox:
    """Build a box from corners in the coordinates of `crs`, in the order of its axes. Raise InvalidBox."""
    west, south, east, north = corners
    if crs.north_first:
        west, south, east, north = south, west, north, east
    if crs.is_stored:
        return Box.build(west, south, east, north)
    if crs.srid == WEB_MERCATOR:
        return _build_web_mercator_box(west, south, east, north)
    return ProjectedBox(crs.srid, west, south, east, north)


def _build_web_mercator_box(west: float, south: float, east: float, north: float) -> Box:
    """Build a box in degrees: its sides run along them.

    A map that shows more than one world requests a box beyond them.
    """
    west, east = (x / HALF_WORLD_M * (WORLD_DEGREES / 2) for x in (west, east))
    return Box.build(west, _compute_latitude(south), east, _compute_latitude(north))


def _compute_latitude(y: float) -> float:
    part = max(-1.0, min(1.0, y / HALF_WORLD_M))
    return math.degrees(math.atan(math.sinh(part * math.pi)))
