"""Distance between two places."""

from math import asin, cos, radians, sin, sqrt

MEAN_EARTH_RADIUS_KM = 6371.0088
LonLat = tuple[float, float]


def compute_distance_km(one: LonLat, other: LonLat) -> float:
    """Return the kilometres along a great circle between two places, each longitude and latitude in degrees.

    Accurate to 0.5 percent, because the earth is treated as a sphere; also across the antimeridian.
    """
    (longitude, latitude), (other_longitude, other_latitude) = one, other
    east, north = radians(other_longitude - longitude), radians(other_latitude - latitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * MEAN_EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
