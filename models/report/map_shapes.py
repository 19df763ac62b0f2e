"""Shapes, borders and points for the maps of a report, in the projection of the map."""

from typing import Any

from sqlalchemy import Float, LargeBinary, Select, case, cast, exists, func, literal, select, true, union_all

from geo.bbox import BoxParts, intersects_box
from models.queries.filters import PointFilter, is_one_of, is_poe
from models.queries.points import matches_filter, select_state
from models.tables.bitemporal import ends_after
from models.tables.border import Border
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntryVersion

Statement = Select[*tuple[Any, ...]]
version = PointOfEntryVersion
# Nobody's country: on a map of the world it would take a fifth of the page.
ANTARCTICA = "ATA"
DEGREE_M = 111_000.0


def select_map_extent(question: PointFilter) -> Statement:
    """Select the corners, in degrees, of the area's active points of entry and of the land around them.

    The land is each island or mainland of the requested countries with a point within its bounds. Null without points.
    `west` to `east` across the meridian of Greenwich, `west_of_180` to `east_of_180`, from 0 to 360, across the other.
    """
    state = select_state(question)
    points = (
        select(version.geometry.label("place")).where(matches_filter(question, state), is_poe(version.poe_type)).cte()
    )
    boxes: Any = select(points.c.place.label("box"))
    if question.iso3s is not None:
        part = select(func.ST_Dump(Country.geometry).geom.label("shape")).where(is_one_of(Country.iso3, question.iso3s))
        lands = part.subquery("land")
        holds_one = exists().where(lands.c.shape.op("&&")(points.c.place))
        boxes = union_all(boxes, select(lands.c.shape).where(holds_one))
    box = boxes.subquery("drawn").c.box
    west, east, south, north = (corner(box) for corner in (func.ST_XMin, func.ST_XMax, func.ST_YMin, func.ST_YMax))
    corners = {
        "west": func.min(west),
        "east": func.max(east),
        "west_of_180": func.min(_shift_longitude(west)),
        "east_of_180": func.max(_shift_longitude(east)),
        "south": func.min(south),
        "north": func.max(north),
    }
    return select(*(cast(corner, Float).label(name) for name, corner in corners.items()))


def _shift_longitude(longitude: Any) -> Any:  # noqa: ANN401 - an expression
    return case((longitude < 0, longitude + 360), else_=longitude)


def select_map_points(question: PointFilter, projection: str, cell_m: float) -> Statement:
    """Select `x`, `y`, `status_group` (null: not assessed) and `poe_type` of the points of entry of the day.

    In metres of the projection, to the middle of a cell of `cell_m`; points of equal group and type in one cell are one
    row. All points of a group and type are projected together: PostGIS prepares a projection without a number again for
    each geometry, which took 2 ms for each point.
    """
    state = select_state(question)
    points: Any = PointOfEntryVersion.__table__.outerjoin(state, ends_after(state.c.valid_during, question.days.first))
    together = (
        select(func.ST_Transform(func.ST_Collect(version.geometry), literal(projection)).label("all"))
        .add_columns(state.c.status_group, version.poe_type)
        .select_from(points)
        .where(matches_filter(question, state), is_poe(version.poe_type))
        .group_by(state.c.status_group, version.poe_type)
        .subquery("together")
    )
    place = func.ST_SnapToGrid(func.ST_Dump(together.c.all).geom, cell_m).label("place")
    cells = select(place, together.c.status_group, together.c.poe_type).subquery("told")
    x, y = (cast(part(cells.c.place), Float) for part in (func.ST_X, func.ST_Y))
    columns = (x.label("x"), y.label("y"), cells.c.status_group, cells.c.poe_type)
    return select(*columns).distinct().order_by(*columns)


def select_map_shapes(projection: str, tolerance_m: float, box: BoxParts | None) -> Statement:
    """Select `iso3` and `shape` (WKB) of the countries that reach into the box, except Antarctica."""
    return (
        select(Country.iso3, _project_geometry(Country.geometry, projection, tolerance_m).label("shape"))
        .where(Country.iso3 != ANTARCTICA, intersects_box(Country.geometry, box) if box else true())
        .order_by(Country.iso3)
    )


def select_map_borders(projection: str, tolerance_m: float, box: BoxParts | None) -> Statement:
    """Select `disputed` and `line` (WKB) of the borders and coasts that reach into the box."""
    line = func.ST_Collect(Border.geometry)
    sides = (Border.iso3, Border.other_iso3, Border.disputed)
    return (
        select(Border.disputed, _project_geometry(line, projection, tolerance_m).label("line"))
        .where(Border.iso3 != ANTARCTICA, intersects_box(Border.geometry, box) if box else true())
        .group_by(*sides)
        .order_by(*sides)
    )


def _project_geometry(geometry: Any, projection: str, tolerance_m: float) -> Any:  # noqa: ANN401 - expressions
    """Project the geometry, simplified in degrees first: projecting every corner of a coast took ten times as long."""
    simple = func.ST_Simplify(geometry, tolerance_m / DEGREE_M, True)  # noqa: FBT003 - keeps what collapses
    return func.ST_AsBinary(func.ST_Transform(simple, literal(projection)), type_=LargeBinary)
