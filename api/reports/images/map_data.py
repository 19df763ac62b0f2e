"""Data of the maps of a report, from our own geometries in a projection that suits the area."""

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely  # type: ignore[import-untyped]
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.bbox import Box, BoxParts
from models.queries.filters import PointFilter, build_uncached_statement
from models.report.map_shapes import (
    DEGREE_M,
    select_map_borders,
    select_map_extent,
    select_map_points,
    select_map_shapes,
)

MapData = dict[str, Any]
WORLD_PROJECTION = "+proj=eqearth +datum=WGS84"
WORLD_WIDTH_M = 34_000_000.0
MIN_SPAN = 1.0  # degrees
# Parts of the width of a map: the cell in which one point is drawn, and the tolerance of simplified lines.
CELLS, TOLERANCES = 1500, 2500


async def build_map_data(connection: AsyncConnection, question: PointFilter, *, is_world: bool) -> MapData:
    """Return shapes, borders and points as plain values, in metres; `focus` are the corners of the view, or None.

    An area without points is shown on the map of the world.
    """
    corners = None if is_world else await _fetch_corners(connection, question)
    projection, width_m, box = _choose_projection(corners) if corners else (WORLD_PROJECTION, WORLD_WIDTH_M, None)
    tolerance_m = width_m / TOLERANCES
    statement, values = build_uncached_statement(select_map_points, question, projection, width_m / CELLS)
    points = [list(row) for row in await connection.execute(statement, values)]
    shapes = [
        (iso3, shape)
        for iso3, shape in await connection.execute(select_map_shapes(projection, tolerance_m, box))
        if shape
    ]
    own = [shape for iso3, shape in shapes if iso3 in (question.iso3s or ())]
    borders = await connection.execute(select_map_borders(projection, tolerance_m, box))
    return {
        "points": points,
        "shapes": [[iso3, _encode_shape(shape)] for iso3, shape in shapes],
        "borders": [[disputed, _encode_shape(line)] for disputed, line in borders if line],
        "focus": _compute_focus(points, own) if corners else None,
    }


async def _fetch_corners(connection: AsyncConnection, question: PointFilter) -> Mapping[str, float] | None:
    statement, values = build_uncached_statement(select_map_extent, question)
    corners = dict((await connection.execute(statement, values)).mappings().one())
    return None if corners["west"] is None else corners


def _choose_projection(corners: Mapping[str, float]) -> tuple[str, float, BoxParts]:
    """Return an equal-area projection centred on the area, the area's width, and a box around it.

    The box lies on the side of the globe on which the points are closer together: Fiji's points span two degrees, not
    358.
    """
    west, east = corners["west"], corners["east"]
    if corners["east_of_180"] - corners["west_of_180"] < east - west:
        west, east = corners["west_of_180"], corners["east_of_180"]
    south, north = corners["south"], corners["north"]
    longitude, latitude = (west + east) / 2, (south + north) / 2
    wide, high = max(east - west, MIN_SPAN), max(north - south, MIN_SPAN)
    middle = f"+proj=laea +lat_0={latitude:.3f} +lon_0={_normalize_longitude(longitude):.3f} +datum=WGS84"
    width_m = max(wide * math.cos(math.radians(latitude)), high) * DEGREE_M
    # Margins of half the width on each side: a page is wider than most countries.
    reach = min(179.0, 1.5 * max(wide, high / max(0.2, math.cos(math.radians(latitude)))))
    lowest, highest = max(-90.0, latitude - high), min(90.0, latitude + high)
    return (
        middle,
        width_m,
        Box(
            _normalize_longitude(longitude - reach), lowest, _normalize_longitude(longitude + reach), highest
        ).split_at_antimeridian(),
    )


def _normalize_longitude(longitude: float) -> float:
    """Return the longitude of the meridian in the range -180 to 180."""
    return (longitude + 180) % 360 - 180


def _compute_focus(points: list[list[Any]], own: Sequence[bytes]) -> list[float]:
    """Return the corners around the points, and around the selected countries' islands and mainlands with points."""
    places = shapely.points([point[:2] for point in points])
    parts = shapely.get_parts(shapely.from_wkb(own))
    with_points = shapely.STRtree(shapely.box(*shapely.bounds(parts).T)).query(places)[1]
    return [float(corner) for corner in shapely.total_bounds([*places, *parts[with_points]])]


def _encode_shape(shape: bytes) -> str:
    return base64.b64encode(shape).decode()
