"""What the maps of a report draw: shapes, borders and points, in the projection of the map."""

from typing import Any

from sqlalchemy import Float, LargeBinary, Select, case, cast, func, literal, select, true

from geo.box import Halves, touches
from models.border import Border
from models.country import Country
from models.point_answers import answers, state_of_the_day
from models.point_of_entry import PointOfEntryVersion
from models.question import Question, is_poe
from models.time_axes import reaches

Statement = Select[*tuple[Any, ...]]
version = PointOfEntryVersion
# Nobody's country: on a map of the world it would take a fifth of the page.
ANTARCTICA = "ATA"
DEGREE_M = 111_000.0


def extent_of_points(question: Question) -> Statement:
    """Statement giving the corners of the area's points of entry in use, in degrees; null where there is none.

    `west` to `east` across the meridian of Greenwich, `west_of_180` to `east_of_180`, from 0 to 360, across the other.
    """
    x, y = func.ST_X(version.geometry), func.ST_Y(version.geometry)
    turned = case((x < 0, x + 360), else_=x)
    corners = {
        "west": func.min(x),
        "east": func.max(x),
        "west_of_180": func.min(turned),
        "east_of_180": func.max(turned),
        "south": func.min(y),
        "north": func.max(y),
    }
    state = state_of_the_day(question)
    points: Any = PointOfEntryVersion.__table__
    columns = (cast(corner, Float).label(name) for name, corner in corners.items())
    return select(*columns).select_from(points).where(answers(question, state), is_poe(version.poe_type))


def points_drawn(question: Question, projection: str, cell_m: float) -> Statement:
    """Statement giving `x`, `y` and `status_group` (null: not assessed) of the points of entry of the day.

    In metres of the projection, to the middle of a cell of `cell_m`; points that would be drawn over one another, of
    the same group, are one. Those of a group are projected together: PostGIS prepares a projection that has no number
    anew for each geometry, which took 2 ms for each point.
    """
    state = state_of_the_day(question)
    points: Any = PointOfEntryVersion.__table__.outerjoin(state, reaches(state.c.valid_during, question.days.first))
    together = (
        select(func.ST_Transform(func.ST_Collect(version.geometry), literal(projection)).label("all"))
        .add_columns(state.c.status_group)
        .select_from(points)
        .where(answers(question, state), is_poe(version.poe_type))
        .group_by(state.c.status_group)
        .subquery("together")
    )
    place = func.ST_SnapToGrid(func.ST_Dump(together.c.all).geom, cell_m).label("place")
    told = select(place, together.c.status_group).subquery("told")
    x, y = (cast(part(told.c.place), Float) for part in (func.ST_X, func.ST_Y))
    columns = (x.label("x"), y.label("y"), told.c.status_group)
    return select(*columns).distinct().order_by(*columns)


def shapes_drawn(projection: str, tolerance_m: float, box: Halves | None) -> Statement:
    """Statement giving `iso3` and `shape` (WKB) of the countries that reach into the box, but for Antarctica."""
    return (
        select(Country.iso3, _drawn(Country.geometry, projection, tolerance_m).label("shape"))
        .where(Country.iso3 != ANTARCTICA, touches(Country.geometry, box) if box else true())
        .order_by(Country.iso3)
    )


def borders_drawn(projection: str, tolerance_m: float, box: Halves | None) -> Statement:
    """Statement giving `disputed` and `line` (WKB) of the borders and coasts that reach into the box."""
    line = func.ST_Collect(Border.geometry)
    sides = (Border.iso3, Border.other_iso3, Border.disputed)
    return (
        select(Border.disputed, _drawn(line, projection, tolerance_m).label("line"))
        .where(Border.iso3 != ANTARCTICA, touches(Border.geometry, box) if box else true())
        .group_by(*sides)
        .order_by(*sides)
    )


def _drawn(geometry: Any, projection: str, tolerance_m: float) -> Any:  # noqa: ANN401 - expressions
    """Simplified first, in degrees: to project every corner of a coast took ten times as long."""
    simple = func.ST_Simplify(geometry, tolerance_m / DEGREE_M, True)  # noqa: FBT003 - keeps what collapses
    return func.ST_AsBinary(func.ST_Transform(simple, literal(projection)), type_=LargeBinary)
