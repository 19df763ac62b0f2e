"""One way of writing a place that has several: 180 and -180 are one meridian, and a pole lies on all of them.

PostGIS's index of geographies fails where one place is asked for in another way than it is stored in ("index returned
tuples in wrong order"), and a box that ends at 180 does not have what lies at -180.
"""

# A centimetre: what lies nearer to the meridian or the pole is taken to be on it.
DECIMALS = 7


def unified_place(longitude: float, latitude: float) -> tuple[float, float]:
    """The place with 180 as the longitude of the antimeridian, and 0 as that of a pole."""
    if round(abs(latitude), DECIMALS) == 90:
        return 0.0, latitude
    return (180.0 if round(abs(longitude), DECIMALS) == 180 else longitude), latitude
