"""Map tiles of WebMercatorQuad, the square pyramid that web maps use."""

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select

from geo.bbox import Box

EXTENT = 4096
BUFFER = 64
# Tiles round to half a unit; a unit beyond their buffer includes everything.
SLACK_UNITS = 1
# Where the projection ends: further north or south it runs to infinity.
MERCATOR_LATITUDE = 85.0511287798066
HALF_WORLD_M = 20037508.342789244
TILE_PIXELS = 256
WORLD_SCALE_DENOMINATOR = 559082264.028717


class NoSuchTile(ValueError):
    """The column or row lies outside the zoom level; the message explains it for the user."""


def compute_tile_box(z: int, x: int, y: int) -> Box:
    """Return the box of the tile and its buffer, in degrees.

    Computed here and not by ST_Transform, which wraps the part of the buffer beyond 180 degrees to the other side of
    the globe: the box then misses its tile. Raise NoSuchTile.
    """
    check_tile(z, x, y)
    count = 1 << z
    buffer = BUFFER / EXTENT
    return Box(
        west=max(-180.0, compute_longitude((x - buffer) / count)),
        south=compute_latitude((y + 1 + buffer) / count),
        east=min(180.0, compute_longitude((x + 1 + buffer) / count)),
        north=compute_latitude((y - buffer) / count),
    )


def check_tile(z: int, x: int, y: int) -> None:
    """Check that the zoom level has the column and row, or raise NoSuchTile."""
    count = 1 << z
    if not (0 <= x < count and 0 <= y < count):
        raise NoSuchTile(f"zoom level {z} has columns and rows 0 to {count - 1}, not column {x}, row {y}")


def compute_longitude(part: float) -> float:
    """Convert a part of the world's width, counted from the west, to degrees east."""
    return part * 360 - 180


def compute_latitude(part: float) -> float:
    """Convert a part of the pyramid's height, counted from the north, to degrees north."""
    degrees: float = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * part))))
    return max(-MERCATOR_LATITUDE, min(MERCATOR_LATITUDE, degrees))


def compute_unit_degrees(z: int) -> float:
    """Return the width of one unit of the tile grid at this zoom level, in degrees of longitude."""
    return 360 / (1 << z) / EXTENT


def combine_layers(layers: Sequence[Select[Any]]) -> Select[bytes]:
    """Select one tile of all the layers, each from a statement of `as_mvt`."""
    # The bytes of two vector tiles, concatenated, are a tile with the layers of both.
    tile: ColumnElement[bytes] = literal(b"")
    for layer in layers:
        tile = tile.op("||")(func.coalesce(layer.scalar_subquery(), b""))
    return select(tile)


def build_tile_matrices(deepest: int) -> list[dict[str, Any]]:
    """Describe the zoom levels as in OGC's standard 17-083r4 (annex D.1); a pixel is 0.28 mm wide."""
    return [
        {
            "id": str(z),
            "scaleDenominator": WORLD_SCALE_DENOMINATOR / (1 << z),
            "cellSize": 2 * HALF_WORLD_M / TILE_PIXELS / (1 << z),
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
            "tileWidth": TILE_PIXELS,
            "tileHeight": TILE_PIXELS,
            "matrixWidth": 1 << z,
            "matrixHeight": 1 << z,
        }
        for z in range(deepest + 1)
    ]
