"""Points in tiles: single, or clustered where a map shows too many of them.

All is computed in the units of the tile grid, 4,096 across a tile, as whole numbers: two tiles that share an edge then
agree on the tile that a point lies in, and on its cell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    case,
    cast,
    func,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from geo.bbox import BoxParts
from geo.tile_matrix import (
    BUFFER,
    EXTENT,
    MERCATOR_LATITUDE,
    SLACK_UNITS,
    check_tile,
    compute_latitude,
    compute_longitude,
)

PI = func.pi(type_=Float)
# Cells across a tile. A cell has points that a screen shows less than 32 pixels from one another.
CELLS_PER_TILE = 16
CELL_UNITS = EXTENT // CELLS_PER_TILE


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of WebMercatorQuad: zoom level, column from the west, row from the north. Raises NoSuchTile."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        check_tile(self.z, self.x, self.y)

    @property
    def values(self) -> dict[str, Any]:
        """Values of the statements' parameters.

        The first and the last column are neighbours: what lies just across 180 degrees is in the buffer of both, one
        whole world further.
        """
        last = (1 << self.z) - 1
        worlds = [0, *([-1] if self.x == 0 else []), *([1] if self.x == last else [])]
        return {"tile_z": self.z, "tile_x": self.x, "tile_y": self.y, "worlds": worlds}

    def split_at_antimeridian(self, buffer: int) -> BoxParts:
        """Return the boxes in degrees that contain the points of the tile and its buffer, on both sides of 180 degrees.

        The boxes of the first and the last row also contain a pole: see `placed`.
        """
        count, beyond = 1 << self.z, (buffer + SLACK_UNITS) / EXTENT
        west, east = compute_longitude((self.x - beyond) / count), compute_longitude((self.x + 1 + beyond) / count)
        south = compute_latitude((self.y + 1 + beyond) / count) if self.y + 1 < count else -90.0
        north = compute_latitude((self.y - beyond) / count) if self.y else 90.0
        boxes = [(max(west, -180.0), south, min(east, 180.0), north)]
        if west < -180 and self.z:
            boxes.append((west + 360, south, 180.0, north))
        if east > 180 and self.z:
            boxes.append((-180.0, south, east - 360, north))
        return tuple(boxes)


def place_points(points: Subquery) -> Subquery:
    """Select the rows of `points` in the tile or its buffer, with `u` and `v`: units east and south of its corner.

    A row occurs twice if the tile is the whole world and the row lies by 180 degrees. A point beyond the ends of the
    projection is drawn at its end.
    """
    units = _build_world_units()
    worlds = func.unnest(bindparam("worlds", type_=ARRAY(Integer))).table_valued("world").render_derived(name="worlds")
    north = func.greatest(-MERCATOR_LATITUDE, func.least(MERCATOR_LATITUDE, func.ST_Y(points.c.geometry)))
    angle = func.radians(north, type_=Float)
    east_part = (func.ST_X(points.c.geometry, type_=Float) + 180.0) / 360.0
    south_part = (
        1.0 - func.ln(func.tan(angle, type_=Float) + 1.0 / func.cos(angle, type_=Float), type_=Float) / PI
    ) / 2.0
    u = func.round((east_part + worlds.c.world) * units, type_=Float) - _bind_parameter("tile_x") * EXTENT
    v = func.round(south_part * units, type_=Float) - _bind_parameter("tile_y") * EXTENT
    rows = select(*points.c, u.label("u"), v.label("v")).select_from(points).join(worlds, true())
    # OFFSET keeps PostgreSQL from inlining u and v at each use: it computed them four times.
    return rows.offset(0).subquery("placed")


def select_single_points(points: Subquery) -> Select[*tuple[Any, ...]]:
    """Select the rows of `points` in the tile or its buffer, each with `drawn`, its place in the tile."""
    rows = place_points(points)
    within = [unit.between(-BUFFER, EXTENT + BUFFER) for unit in (rows.c.u, rows.c.v)]
    return _select_drawn_points(rows).where(*within)


def select_tile_points(points: Subquery) -> Select[*tuple[Any, ...]]:
    """Select the rows as `single` does, without the buffer: each point is in one tile of a zoom level."""
    rows = place_points(points)
    within = [unit.between(0, EXTENT - 1) for unit in (rows.c.u, rows.c.v)]
    return _select_drawn_points(rows).where(*within)


@dataclass(frozen=True, slots=True)
class ClusterCounts:
    """Counts of clustered points: the group of a row, and the `groups` that are named.

    Old points of a group have a second count: `old` has groups, and the name of the count of each. `is_old` is
    evaluated last for a row, and only if its group is in `old`.
    """

    group: ColumnElement[Any]
    groups: tuple[str, ...]
    old: tuple[tuple[str, str], ...]
    is_old: Callable[[Subquery], ColumnElement[bool]]

    def of(self, rows: Subquery) -> Iterator[ColumnElement[int]]:
        """Yield the SQL expressions of the counts of `rows`, which have a `group`."""
        for name in self.groups:
            yield func.count().filter(rows.c.group == name).label(name)
        for name, counted in self.old:
            yield func.count().filter((rows.c.group == name) & self.is_old(rows)).label(counted)


def select_clusters(points: Subquery, counts: ClusterCounts) -> Select[*tuple[Any, ...]]:
    """Select the points clustered by cell: `points`, the number in each of the groups, and their middle.

    A point that is alone in its cell keeps its `id` and its `name`, if it has one; a cell with several points has an id
    and no name.
    `geometry` is the middle in degrees, `drawn` its place in the tile; it never leaves its cell.
    """
    rows = place_points(select(*points.c, counts.group.label("group")).subquery("grouped"))
    within = [unit.between(-CELL_UNITS, EXTENT + CELL_UNITS - 1) for unit in (rows.c.u, rows.c.v)]
    cells = [func.div(cast(unit, Integer) + EXTENT, CELL_UNITS) for unit in (rows.c.u, rows.c.v)]
    u, v = (func.round(func.avg(unit, type_=Float), type_=Float) for unit in (rows.c.u, rows.c.v))
    is_alone = func.count() == 1
    return (
        select(
            case((is_alone, func.min(cast(rows.c.id, Text))), else_=_build_cell_id(*cells)).label("id"),
            (case((is_alone, func.min(rows.c.name))) if "name" in rows.c else null()).label("name"),
            func.count().label("points"),
            *counts.of(rows),
            _convert_to_degrees(u, v).label("geometry"),
            func.ST_MakePoint(u, v).label("drawn"),
        )
        .where(*within)
        .group_by(*cells)
    )


def _select_drawn_points(rows: Subquery) -> Select[*tuple[Any, ...]]:
    columns = [column for column in rows.c if column.name not in {"u", "v"}]
    return select(*columns, func.ST_MakePoint(rows.c.u, rows.c.v).label("drawn"))


def _build_cell_id(column: ColumnElement[Any], row: ColumnElement[Any]) -> ColumnElement[str]:
    """Build the SQL expression of level, column and row of the cell, counted over the world from the north west."""
    east = column + (_bind_parameter("tile_x") - 1) * CELLS_PER_TILE
    south = row + (_bind_parameter("tile_y") - 1) * CELLS_PER_TILE
    return func.concat(_bind_parameter("tile_z"), "/", cast(east, Integer), "/", cast(south, Integer), type_=Text)


def _convert_to_degrees(u: ColumnElement[Any], v: ColumnElement[Any]) -> ColumnElement[Any]:
    """Build the SQL expression of the point at this place of the tile; across 180 degrees, in the next world."""
    units = _build_world_units()
    east_part = (u + _bind_parameter("tile_x") * EXTENT) / units
    south_part = (v + _bind_parameter("tile_y") * EXTENT) / units
    north = func.degrees(func.atan(func.sinh(PI * (1.0 - 2.0 * south_part))))
    point: ColumnElement[Any] = func.ST_SetSRID(func.ST_MakePoint(east_part * 360.0 - 180.0, north), 4326)
    return point


def _build_world_units() -> ColumnElement[float]:
    """Build the SQL expression of the units across the world at the tile's zoom level."""
    return func.power(2.0, cast(_bind_parameter("tile_z"), Float), type_=Float) * float(EXTENT)


def _bind_parameter(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=Integer)
