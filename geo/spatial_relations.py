"""Spatial relations between two geometries (OGC Simple Features, 6.1.15), as SQL conditions."""

from collections.abc import Mapping
from typing import Any

import shapely  # type: ignore[import-untyped]
import shapely.geometry  # type: ignore[import-untyped]
from sqlalchemy import Boolean, ColumnElement, Double, func

STORED_SRID = 4326
# PostGIS refuses an edge half around the globe, such as Antarctica's along the pole.
MAX_EDGE_DEGREES = 90.0

RELATIONS: Mapping[str, str] = {
    "contains": "ST_Contains",
    "crosses": "ST_Crosses",
    "disjoint": "ST_Disjoint",
    "equals": "ST_Equals",
    "intersects": "ST_Intersects",
    "overlaps": "ST_Overlaps",
    "touches": "ST_Touches",
    "within": "ST_Within",
}


def build_relation(relation: str, one: Any, other: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns or expressions
    """Build the SQL condition that the geometries have this relation.

    A column is used unchanged, so that PostgreSQL uses its index.
    """
    condition: ColumnElement[bool] = getattr(func, RELATIONS[relation])(one, other, type_=Boolean)
    return condition


def parse_geometry(geojson: Mapping[str, Any], *, latitude_first: bool = False) -> Any:  # noqa: ANN401 - a Shapely geometry
    """Parse the geometry, without heights. With `latitude_first` its coordinates are exchanged."""
    flat = shapely.force_2d(shapely.geometry.shape(geojson))
    return shapely.transform(flat, lambda vertices: vertices[:, ::-1]) if latitude_first else flat


def build_box_shape(west: float, south: float, east: float, north: float) -> Any:  # noqa: ANN401 - a Shapely geometry
    """Build the shape of a box; west greater than east crosses the antimeridian and gives two parts.

    A box without width or height is a line or a point.
    """
    if west <= east:
        return shapely.envelope(shapely.MultiPoint([(west, south), (east, north)]))
    return shapely.union_all([build_box_shape(west, south, 180.0, north), build_box_shape(-180.0, south, east, north)])


def explain_invalid_shape(shape: Any) -> str | None:  # noqa: ANN401 - a Shapely geometry
    """Describe the error in the geometry and its place, or return None: a self-crossing shape has no relations."""
    if shapely.is_valid(shape):
        return None
    reason: str = shapely.is_valid_reason(shape)
    return reason.replace("[", " at ").replace("]", "")


def encode_wkb(shape: Any) -> bytes:  # noqa: ANN401 - a Shapely geometry
    """Encode the geometry as WKB, without heights."""
    wkb: bytes = shapely.to_wkb(shape, output_dimension=2)
    return wkb


def build_stored_geometry(wkb: Any, srid: int = STORED_SRID) -> Any:  # noqa: ANN401 - an SQL expression, a GeoAlchemy2 one
    """Build the SQL expression of the geometry of a WKB, in the system in which geometries are stored."""
    geometry = func.ST_GeomFromWKB(wkb, srid)
    return geometry if srid == STORED_SRID else func.ST_Transform(geometry, STORED_SRID)


def build_distance_m(one: Any, other: Any) -> ColumnElement[float]:  # noqa: ANN401 - columns or expressions
    """Build the SQL expression of the shortest distance between the geometries, in metres on the ellipsoid."""
    on_ellipsoid = (func.geography(func.ST_Segmentize(each, MAX_EDGE_DEGREES)) for each in (one, other))
    metres: ColumnElement[float] = func.ST_Distance(*on_ellipsoid, type_=Double)
    return metres
