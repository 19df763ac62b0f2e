"""Countries as a background for maps: pale shapes to see where a point lies."""

from typing import Any

from sqlalchemy import Select, func, select

from geo.box import Box
from models.country import Country


def basemap(box: Box, tolerance_degrees: float) -> Select[*tuple[Any, ...]]:
    """Statement giving the shape of each country that reaches into the box, with its code and name.

    Shapes are cut to the box and simplified by at most the tolerance; small ones keep a shape, however coarse the
    map. Cut before they are simplified, by an algorithm that may let borders touch: the careful one took a second
    for each tile.
    """
    corners = func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326)
    shape = func.ST_Simplify(func.ST_ClipByBox2D(Country.geometry, corners), tolerance_degrees, True)  # noqa: FBT003
    name = func.coalesce(Country.display_name, Country.name)
    rows = select(shape.label("geometry"), Country.iso3.label("iso3"), name.label("name"))
    return rows.where(Country.geometry.intersects(corners))
