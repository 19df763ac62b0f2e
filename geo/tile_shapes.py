"""Shapes and lines in tiles: cut to the tile and its buffer, and no finer than a screen shows."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Select, Subquery, bindparam, func, select

from geo.tile_matrix import BUFFER, EXTENT, compute_tile_box, compute_unit_degrees
from geo.tile_points import Tile

# Of the 4,096 units across a tile; on a screen it has 512 pixels.
TOLERANCE_UNITS = 4
CORNER_PARAMETERS = ("tile_west", "tile_south", "tile_east", "tile_north")


def select_shapes(features: Subquery) -> Select[*tuple[Any, ...]]:
    """Select the rows of `features` that reach into the tile: `geometry` cut, and `drawn` in the tile's units.

    Shapes are cut before projection, because a pole has no place in this projection, and before simplification, by an
    algorithm that keeps small shapes and may let borders touch: the careful algorithm took a second for each tile.
    """
    z, x, y = (bindparam(f"tile_{name}", type_=Integer) for name in "zxy")
    cut = func.ST_ClipByBox2D(features.c.geometry, build_tile_box())
    columns = [column for column in features.c if column.name != "geometry"]
    simple = func.ST_Simplify(cut, bindparam("tile_tolerance", type_=Float), True).label("geometry")  # noqa: FBT003 - keeps small shapes
    cut_rows = select(*columns, simple).subquery("cut")
    projected = func.ST_Transform(cut_rows.c.geometry, 3857)
    drawn = func.ST_AsMVTGeom(projected, func.ST_TileEnvelope(z, x, y), EXTENT, BUFFER)
    # The offset keeps the planner from drawing each shape twice, once to test whether the result is null.
    rows = select(*cut_rows.c, drawn.label("drawn")).offset(0).subquery("shapes")
    return select(*rows.c).where(rows.c.drawn.is_not(None))


def build_tile_box() -> ColumnElement[Any]:
    """Build the SQL expression of the box of the tile and its buffer."""
    corners: ColumnElement[Any] = func.ST_MakeEnvelope(
        *(bindparam(name, type_=Float) for name in CORNER_PARAMETERS), 4326
    )
    return corners


def build_shape_values(tile: Tile) -> dict[str, float]:
    """Return the values of this statement's own parameters; other parameters are common to all tiles."""
    box = compute_tile_box(tile.z, tile.x, tile.y)
    corners = zip(CORNER_PARAMETERS, (box.west, box.south, box.east, box.north), strict=True)
    return {**dict(corners), "tile_tolerance": TOLERANCE_UNITS * compute_unit_degrees(tile.z)}
