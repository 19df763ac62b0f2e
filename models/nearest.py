"""The nearest points through which somebody gets."""

from typing import Any

from sqlalchemy import Float, Integer, Select, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from models.passable import DIRECTIONS
from models.passing_points import PassingPoints
from models.point_of_entry import PointOfEntryVersion
from models.question import Question, one_of

version = PointOfEntryVersion
# Half of the earth's way round, and then some.
EVERYWHERE_M = 20_100_000.0
HERE = func.geography(
    func.ST_SetSRID(func.ST_MakePoint(bindparam("longitude", type_=Float), bindparam("latitude", type_=Float)), 4326)
)
# As the index has it, word by word.
PLACE = func.geography(version.geometry)
LIMIT = bindparam("limit", type_=Integer)
WITHIN_M = bindparam("within_m", type_=Float)


def points_nearest(question: Question, direction: str) -> Select[*tuple[Any, ...]]:
    """Statement giving the `limit` points nearest to `longitude` and `latitude`, by `distance_m` on the ellipsoid.

    Those within `within_m` whose answer is one of the list `passable`; all these are parameters to bind. The index
    gives points in the order of their distance on a sphere, which differs by up to half a percent: as many as are
    asked for tell how far those on the ellipsoid lie at most, and then all within that far are put in order.
    """
    points = PassingPoints(question, DIRECTIONS[direction])
    first = _passable(points.narrowed(_distance_m()), points, WITHIN_M)
    first = first.order_by(PLACE.op("<->")(HERE)).limit(LIMIT)
    farthest = select(func.max(first.subquery("first").c.distance_m)).scalar_subquery()
    distance = _distance_m()
    found = _passable(points.described(distance), points, func.least(farthest + 1, WITHIN_M))
    return found.order_by(distance, version.point_of_entry_id).limit(LIMIT)


def _distance_m() -> Any:  # noqa: ANN401 - a labelled expression
    return func.ST_Distance(PLACE, HERE, type_=Float).label("distance_m")


def _passable(statement: Select[*tuple[Any, ...]], points: PassingPoints, radius_m: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - an expression
    is_wanted = one_of(points.passing.c.passable, bindparam("passable", type_=ARRAY(Text)))
    return statement.where(func.ST_DWithin(PLACE, HERE, radius_m), is_wanted)
