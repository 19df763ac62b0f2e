"""Search for the nearest points that a traveller can pass."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import CTE, Float, Integer, Row, Select, Text, bindparam, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from models.analysis.passability import CONDITIONAL, DIRECTIONS, NOT_KNOWN_LATELY, YES
from models.analysis.passability_query import PassabilityQuery
from models.analysis.staleness import compute_last_stale_day
from models.analysis.traveller import Traveller
from models.codes import list_codes
from models.queries.filters import PointFilter, RunStatement, create_statement_template, is_one_of
from models.tables.point_of_entry import PointOfEntryVersion

version = PointOfEntryVersion
NearestRow = Row[*tuple[Any, ...]]
# Number of register entries to examine for each requested point, tried in this order; None: all.
SEARCH_FACTORS = (8, 128, None)
# The index orders by the distance on a sphere, which differs from the distance on the ellipsoid by less than this
# fraction.
MAX_SPHERE_ERROR = 0.01
ORIGIN = func.geography(
    func.ST_SetSRID(func.ST_MakePoint(bindparam("longitude", type_=Float), bindparam("latitude", type_=Float)), 4326)
)


@dataclass(frozen=True, slots=True)
class NearestRequest:
    """Place in degrees, maximum distance in metres (None: any), traveller, and number of requested points.

    Their passability must be in `passable`, for the direction `entry` or `exit`. A last assessment from `max_age_d`
    days ago, or earlier, is too old; None accepts any age.
    """

    longitude: float
    latitude: float
    limit: int
    within_m: float | None = None
    direction: str = "entry"
    passable: tuple[str, ...] = (YES, CONDITIONAL)
    max_age_d: int | None = None
    traveller: Traveller = Traveller()  # noqa: RUF009 - it cannot change

    def values(self) -> dict[str, Any]:
        """Return the values of the parameters of `select_nearest`, except `looked_at`."""
        plain = {"longitude": self.longitude, "latitude": self.latitude, "limit": self.limit}
        bounds = {} if self.within_m is None else {"within_m": self.within_m}
        last_known = list_codes("passable") if NOT_KNOWN_LATELY in self.passable else self.passable
        answers = {"passable": list(self.passable), "last_known": list(last_known)}
        return plain | bounds | answers | self.traveller.values()


class NearestResult(NamedTuple):
    """Nearest points, and the nearest points that only their old last assessment excludes.

    Each list has at most the requested number of points.
    """

    found: list[NearestRow]
    left_out: list[NearestRow]


async def find_nearest_points(run: RunStatement, question: PointFilter, near: NearestRequest) -> NearestResult:
    """Find the points nearest on the ellipsoid, with the columns of `PassabilityQuery` and their `distance_m`.

    Examine a few of the nearest register entries, and more only if these are not enough.
    """
    statement, values = create_statement_template(select_nearest, question, near.direction, near.within_m is not None)
    values |= {"stale_until": compute_last_stale_day(question.days.last, near.max_age_d)}
    matches: list[NearestRow] = []
    rows: list[NearestRow] = []
    for times in SEARCH_FACTORS:
        looked_at = {"looked_at": times and times * near.limit}
        rows = list((await run(statement, values | near.values() | looked_at)).all())
        matches = [row for row in rows if not row.is_left_out]
        if len(matches) == near.limit and matches[-1].distance_m <= matches[-1].reach_m * (1 - MAX_SPHERE_ERROR):
            break
    is_full = len(matches) == near.limit
    old = [row for row in rows if row.is_left_out and not (is_full and row.distance_m > matches[-1].distance_m)]
    return NearestResult(matches, old)


def select_nearest(question: PointFilter, direction: str, is_bounded: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of the shape
    """Select the nearest `limit` of the points among the `looked_at` nearest entries of the register.

    Entries beyond `reach_m`, on a sphere, were not examined. Only the place narrows the entries, so that PostgreSQL
    always uses the index of places. As many rows again are points with an outdated status: `is_left_out`.
    """
    nearby = _select_nearby(is_bounded).cte("nearby")
    reach = select(func.max(nearby.c.sphere_m)).scalar_subquery().label("reach_m")
    points = PassabilityQuery(question, DIRECTIONS[direction])
    ranked = _rank_entries(points, nearby)
    more = (ranked.c.distance_m, reach, ranked.c.is_left_out)
    described = points.select_described(*more).join(ranked, ranked.c.id == version.id)
    order = (ranked.c.distance_m, version.point_of_entry_id)
    return described.where(ranked.c.place <= bindparam("limit", type_=Integer)).order_by(*order)


def _rank_entries(points: PassabilityQuery, nearby: CTE) -> CTE:
    """Select the entries of matching points, and of points left out, each with its `place` in its group.

    Descriptions are joined afterwards: they take longer, and few of all entries are returned.
    """
    distance = func.ST_Distance(_build_geography(version), ORIGIN, type_=Float).label("distance_m")
    is_wanted = is_one_of(points.passable, bindparam("passable", type_=ARRAY(Text)))
    # The first condition does not need the age, so the age is looked up for few entries.
    was_wanted = is_one_of(points.passing.c.passable, bindparam("last_known", type_=ARRAY(Text)))
    place = func.row_number().over(partition_by=is_wanted, order_by=(distance, version.point_of_entry_id))
    ranked = points.select_columns(version.id, distance, (~is_wanted).label("is_left_out"), place.label("place"))
    ranked = ranked.join(nearby, nearby.c.id == version.id).outerjoin(points.assessed, true())
    return ranked.where(was_wanted, or_(is_wanted, points.is_stale)).cte("ranked")


def _select_nearby(is_bounded: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001
    entry = aliased(PointOfEntryVersion)
    on_sphere = _build_geography(entry).op("<->")(ORIGIN)
    nearby = select(entry.id, on_sphere.label("sphere_m"))
    if is_bounded:
        nearby = nearby.where(func.ST_DWithin(_build_geography(entry), ORIGIN, bindparam("within_m", type_=Float)))
    return nearby.order_by(on_sphere).limit(bindparam("looked_at", type_=Integer))


def _build_geography(entry: Any) -> Any:  # noqa: ANN401 - a mapped class; an expression
    """Build the geography of an entry exactly as in the expression of the index of places."""
    return func.geography(entry.geometry)
