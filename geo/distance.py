"""Distance between two places."""

from math import asin, cos, radians, sin, sqrt

MEAN_EARTH_RADIUS_KM = 6371.0088
Place = tuple[float, float]


def km_between(one: Place, other: Place) -> float:
    """Return the kilometres along a great circle between two places, each longitude and latitude in degrees.

    Accurate to 0.5 percent, because the earth is treated as a sphere; also across the antimeridian.
    """
    (longitude, latitude), (other_longitude, other_latitude) = one, other
    east, north = radians(other_longitude - longitude), radians(other_latitude - latitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * MEAN_EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
