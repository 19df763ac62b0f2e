"""Countries as a background for maps: pale shapes to see where a point lies, their borders, coasts and names."""

from sqlalchemy import ColumnElement, Subquery, case, func, select

from geo.tile_shapes import tile_corners
from models.border import Border
from models.country import Country

# Areas from which on a label has rank 1, 2 and so on: 15, 40, 79, 131 and 189 of our 250 countries and areas.
SMALLEST_OF_RANKS_KM2 = (1_900_000, 700_000, 250_000, 50_000, 1_000)
NAME = func.coalesce(Country.display_name, Country.name)


def basemap_countries() -> Subquery:
    """The shape of each country that reaches into the tile, with its code and name."""
    rows = select(Country.geometry, Country.iso3, NAME.label("name"))
    return rows.where(Country.geometry.intersects(tile_corners())).subquery("country_shape")


def basemap_borders() -> Subquery:
    """The borders and coasts that reach into the tile; the pieces of the same two sides are one line."""
    sides = (Border.iso3, Border.other_iso3, Border.disputed)
    rows = select(func.ST_Collect(Border.geometry).label("geometry"), *sides).group_by(*sides)
    return rows.where(Border.geometry.intersects(tile_corners())).subquery("border_line")


def basemap_labels() -> Subquery:
    """The point of each country at which its name belongs, its names, and how large it is: 1 the largest, 6 the least.

    A name that there is not in a language is null.
    """
    names = (NAME.label("name"), NAME.label("name_en"), Country.name_fr, Country.name_es, Country.name_ar)
    point = Country.label_point.label("geometry")
    return select(point, Country.iso3, *names, _rank().label("rank")).subquery("label")


def _rank() -> ColumnElement[int]:
    ranks = ((Country.area_km2 >= area, rank) for rank, area in enumerate(SMALLEST_OF_RANKS_KM2, 1))
    return case(*ranks, else_=len(SMALLEST_OF_RANKS_KM2) + 1)
