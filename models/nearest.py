"""The nearest points through which somebody gets."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Float, Integer, Row, Select, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from models.codes import codes
from models.passable import CONDITIONAL, DIRECTIONS, NOT_KNOWN_LATELY, YES
from models.passing_points import PassingPoints
from models.point_of_entry import PointOfEntryVersion
from models.question import Question, Run, one_of, shaped
from models.staleness import last_stale_day
from models.traveller import Traveller

version = PointOfEntryVersion
Found = Row[*tuple[Any, ...]]
# How many of the nearest entries of the register are looked at for one that is asked for; None: all.
WIDENING = (8, 128, None)
# The index orders by the distance on a sphere, which that on the ellipsoid differs from by less than this part.
SPHERE_IS_OFF_BY = 0.01
HERE = func.geography(
    func.ST_SetSRID(func.ST_MakePoint(bindparam("longitude", type_=Float), bindparam("latitude", type_=Float)), 4326)
)


@dataclass(frozen=True, slots=True)
class Near:
    """A place in degrees, how far from it in metres (None: anywhere), who asks, and how many points are wanted.

    Their answers have to be among `passable`, for the direction `entry` or `exit`; and before their age counts, which
    is at most `max_age_d` days (None: any), among `last_known` (None: any).
    """

    longitude: float
    latitude: float
    limit: int
    within_m: float | None = None
    direction: str = "entry"
    passable: tuple[str, ...] = (YES, CONDITIONAL)
    last_known: tuple[str, ...] | None = None
    max_age_d: int | None = None
    traveller: Traveller = Traveller()  # noqa: RUF009 - it cannot change

    def values(self) -> dict[str, Any]:
        """The values of the parameters of `points_near`, but for `looked_at`."""
        plain = {"longitude": self.longitude, "latitude": self.latitude, "limit": self.limit}
        bounds = {} if self.within_m is None else {"within_m": self.within_m}
        answers = {"passable": list(self.passable), "last_known": list(self.last_known or codes("passable"))}
        return plain | bounds | answers | self.traveller.values()


async def nearest(run: Run, question: Question, near: Near, widening: tuple[int | None, ...] = WIDENING) -> list[Found]:
    """The points nearest on the ellipsoid, as a PassingPoints describes them, with their `distance_m`.

    It looks at a few of the register's entries, the nearest ones, and at more only where these are not enough.
    """
    statement, values = shaped(points_near, question, near.direction, near.within_m is not None)
    values |= {"stale_until": last_stale_day(question.days.last, near.max_age_d)}
    found: list[Found] = []
    for times in widening:
        looked_at = {"looked_at": times and times * near.limit}
        found = list((await run(statement, values | near.values() | looked_at)).all())
        if len(found) == near.limit and found[-1].distance_m <= found[-1].reach_m * (1 - SPHERE_IS_OFF_BY):
            break
    return found


async def nearest_not_known_lately(run: Run, question: Question, near: Near, found: list[Found]) -> list[Found]:
    """The nearest points that would be among those `found` if their last assessment were not too long ago.

    They are at most `limit`, and no farther away than the last of those found, if these are all that were wanted.
    """
    if near.max_age_d is None or NOT_KNOWN_LATELY in near.passable:
        return []
    old = replace(near, passable=(NOT_KNOWN_LATELY,), last_known=near.passable)
    if len(found) < near.limit:
        return await nearest(run, question, old)
    return await nearest(run, question, replace(old, within_m=found[-1].distance_m), widening=(None,))


def points_near(question: Question, direction: str, is_bounded: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of the shape
    """Statement giving the nearest `limit` of the points among the `looked_at` nearest entries of the register.

    What lies beyond `reach_m`, on a sphere, was not looked at. Nothing but the place narrows the entries, so that
    PostgreSQL has no reason to find them otherwise than by the index of places.
    """
    nearby = _nearby(is_bounded).cte("nearby")
    reach = select(func.max(nearby.c.sphere_m)).scalar_subquery().label("reach_m")
    points = PassingPoints(question, DIRECTIONS[direction])
    distance = func.ST_Distance(_place(version), HERE, type_=Float).label("distance_m")
    is_wanted = one_of(points.passable, bindparam("passable", type_=ARRAY(Text)))
    was_wanted = one_of(points.passing.c.passable, bindparam("last_known", type_=ARRAY(Text)))
    found = points.described(distance, reach).join(nearby, nearby.c.id == version.id).where(is_wanted, was_wanted)
    return found.order_by(distance, version.point_of_entry_id).limit(bindparam("limit", type_=Integer))


def _nearby(is_bounded: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001
    entry = aliased(PointOfEntryVersion)
    on_sphere = _place(entry).op("<->")(HERE)
    nearby = select(entry.id, on_sphere.label("sphere_m"))
    if is_bounded:
        nearby = nearby.where(func.ST_DWithin(_place(entry), HERE, bindparam("within_m", type_=Float)))
    return nearby.order_by(on_sphere).limit(bindparam("looked_at", type_=Integer))


def _place(entry: Any) -> Any:  # noqa: ANN401 - a mapped class; an expression
    """As the index of places has it, word by word."""
    return func.geography(entry.geometry)
