"""One notation for a place that has several: 180 and -180 are one meridian, and a pole lies on all of them.

PostGIS's index of geographies fails when a query writes a place in another way than it is stored ("index returned
tuples in wrong order"), and a box that ends at 180 does not contain what lies at -180.
"""

import math
from typing import Any

import shapely  # type: ignore[import-untyped]
import shapely.affinity  # type: ignore[import-untyped]

# A tenth of a millimetre: the width of an area that represents a meridian.
SLIVER_DEGREES = 1e-9
# Ten worlds and a half: a map that a user drags round the globe.
MAX_LONGITUDE = 3_780
# A centimetre: a place nearer to the meridian or the pole counts as on it.
SNAP_DECIMALS = 7


def normalise_position(longitude: float, latitude: float) -> tuple[float, float]:
    """Return the place with 180 as the longitude of the antimeridian, and 0 as the longitude of a pole."""
    if round(abs(latitude), SNAP_DECIMALS) == 90:
        return 0.0, latitude
    return (180.0 if round(abs(longitude), SNAP_DECIMALS) == 180 else longitude), latitude


def expand_longitudes(shape: Any) -> Any:  # noqa: ANN401 - Shapely geometries
    """Return the geometry under every number that its longitudes have on the globe, for spatial relations.

    What lies beyond 180 comes back in on the other side, and what touches 180 or -180 is at both: a point at -180 is in
    a polygon that ends at 180. A collection of several kinds is returned unchanged.
    """
    if shape.geom_type == "GeometryCollection" or shape.is_empty:
        return shape
    shape = _wrap_to_globe(shape)
    touched = (
        _copy_to_other_side(shape, side) for side in (180.0, -180.0) if side in (shape.bounds[0], shape.bounds[2])
    )
    others = [_convert_dimension(places, shapely.get_dimensions(shape)) for places in touched]
    return shapely.union_all([shape, *others]) if others else shape


def _wrap_to_globe(shape: Any) -> Any:  # noqa: ANN401
    west, _, east, _ = shape.bounds
    if (west >= -180 and east <= 180) or max(abs(west), abs(east)) > MAX_LONGITUDE:
        return shape
    worlds = range(math.floor((west + 180) / 360), math.floor((east + 180) / 360) + 1)
    globe = shapely.box(-180, -MAX_LONGITUDE, 180, MAX_LONGITUDE)
    moved = (shapely.affinity.translate(shape, -360 * world) for world in worlds)
    return shapely.union_all([shapely.intersection(each, globe) for each in moved])


def _copy_to_other_side(shape: Any, side: float) -> Any:  # noqa: ANN401
    touched = shapely.intersection(shape, shapely.LineString([(side, -90), (side, 90)]))
    return shapely.affinity.translate(touched, -2 * side)


def _convert_dimension(places: Any, dimension: int) -> Any:  # noqa: ANN401
    """Convert places on a meridian to points, lines or areas: the database relates no collections of several kinds."""
    if dimension == 0:
        return places
    if dimension > 1:
        return shapely.buffer(places, SLIVER_DEGREES, quad_segs=1, cap_style="square")
    inwards = -SLIVER_DEGREES if places.bounds[0] > 0 else SLIVER_DEGREES
    dashes = shapely.MultiLineString([[(x, y), (x + inwards, y)] for x, y in shapely.get_coordinates(places)])
    return shapely.union_all([dashes, places]) if places.length else dashes
