"""Tiles that contain something: the tiles of an archive."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Select, Subquery, cast, func, select, true

from geo.tile_matrix import EXTENT, MERCATOR_LATITUDE, SLACK_UNITS
from geo.tile_points import PI

# The box of a large country is mostly sea and other countries; the boxes of its pieces are not.
MAX_PIECE_VERTICES = 256


def select_tile_cover(features: Subquery, zooms: range, buffer: int) -> Select[int, int, int]:
    """Select zoom level `z`, column `x` and row `y` of the tiles that the rows of `features` touch.

    `buffer` is the buffer of the tiles, in their units. The selection is complete, but some of its tiles may be empty.
    """
    piece = func.ST_Subdivide(features.c.geometry, MAX_PIECE_VERTICES).label("geometry")
    pieces = select(piece).select_from(features).cte("piece").prefix_with("MATERIALIZED", dialect="postgresql")
    levels = _generate_numbers(zooms.start, zooms.stop - 1, "z")
    across = func.power(2.0, cast(levels.c.z, Float), type_=Float)
    geometry, beyond = pieces.c.geometry, (buffer + SLACK_UNITS) / EXTENT
    west, east = (_build_east_fraction(edge(geometry)) * across for edge in (func.ST_XMin, func.ST_XMax))
    north, south = (_build_south_fraction(edge(geometry)) * across for edge in (func.ST_YMax, func.ST_YMin))
    columns, rows = (
        _generate_numbers(west - beyond, east + beyond, "x"),
        _generate_numbers(north - beyond, south + beyond, "y"),
    )
    count = cast(across, Integer)
    # Features near 180 degrees are in the buffer of the first and of the last column.
    x = ((columns.c.x + count) % count).label("x")
    tiles = select(levels.c.z.label("z"), x, rows.c.y.label("y")).select_from(pieces).join(levels, true())
    return tiles.join(columns, true()).join(rows, true()).where(rows.c.y.between(0, count - 1)).distinct()


def _generate_numbers(first: Any, last: Any, name: str) -> Any:  # noqa: ANN401 - bounds; a table of the whole numbers from tile to tile
    bounds = (cast(func.floor(bound), Integer) for bound in (first, last))
    return func.generate_series(*bounds, type_=Integer).table_valued(name).render_derived(name=f"{name}s")


def _build_east_fraction(longitude: ColumnElement[Any]) -> ColumnElement[float]:
    """Build the SQL expression of the fraction of the way around the world, from 180 degrees west."""
    return cast((longitude + 180.0) / 360.0, Float)


def _build_south_fraction(latitude: ColumnElement[Any]) -> ColumnElement[float]:
    """Build the SQL expression of the fraction of the way down the projection, from its northern end."""
    north = func.greatest(-MERCATOR_LATITUDE, func.least(MERCATOR_LATITUDE, latitude))
    angle = func.radians(north, type_=Float)
    stretched = func.ln(func.tan(angle, type_=Float) + 1.0 / func.cos(angle, type_=Float), type_=Float)
    return cast((1.0 - stretched / PI) / 2.0, Float)
