"""Countries as a background for maps: pale shapes to see where a point lies."""

from typing import Any

from sqlalchemy import Select, func, select

from models.country import Country


def basemap(tolerance_degrees: float) -> Select[*tuple[Any, ...]]:
    """Statement giving each country's shape, simplified by at most the tolerance, with its code and name.

    Small countries keep a shape, however coarse the map.
    """
    shape = func.ST_SimplifyPreserveTopology(Country.geometry, tolerance_degrees)
    name = func.coalesce(Country.display_name, Country.name)
    return select(shape.label("geometry"), Country.iso3.label("iso3"), name.label("name"))
