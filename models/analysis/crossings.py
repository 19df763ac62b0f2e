"""Crossings between two countries: pairs of points, one in each country.

A crossing has a post on each side, which are two points: each is assessed by its own country, and they may differ.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Date,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models.analysis.passability import ENTRY, EXIT
from models.analysis.passability_query import PassabilityQuery, build_travel_level
from models.queries.filters import PointFilter, is_one_of
from models.queries.points import matches_filter
from models.tables.bitemporal import ends_after, select_latest
from models.tables.border import Border
from models.tables.country import Country
from models.tables.country_measure import CountryMeasure
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.source import Source

LAND, BLUE = "land_border_point", "blue_border_point"
BORDER_TYPES = [LAND, BLUE]
# No posts of one road were found at a greater distance; a second crossing is seldom as near.
MAX_POST_DISTANCE_M = 5_000
FROM_ISO3, TO_ISO3 = bindparam("from_iso3", type_=Text), bindparam("to_iso3", type_=Text)
version = PointOfEntryVersion


class CrossingPair(NamedTuple):
    """Numbers of the points of a crossing; None where a side has no point in the register.

    `pairing` is `counterpart` where the register links the two, `nearest` where they were paired by place, and
    `one_sided` where there is one point that names the other country.
    """

    leaving: int | None
    arriving: int | None
    pairing: str
    distance_m: float | None


def select_crossing_pairs(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select a Pair for each crossing from `from_iso3` to `to_iso3`, parameters to bind.

    `question` selects both countries and border points. Two land points are paired by place where each is the other's
    nearest within FARTHEST_POSTS_M, neither is linked or names a third country, and one names the other's country.
    """
    post = _select_posts(question).cte("post")
    leaving, arriving = post.alias("leaving_post"), post.alias("arriving_post")
    linked = _select_linked_pairs(leaving, arriving).cte("linked")
    near = _select_nearest_pairs(leaving, arriving, linked).cte("near")
    paired = union_all(select(linked), select(near)).cte("paired")
    nobody, nowhere = cast(null(), BigInteger), cast(null(), Float)
    one_sided = literal("one_sided", Text)
    names_the_other = or_(
        and_(post.c.iso3 == FROM_ISO3, post.c.other_iso3 == TO_ISO3),
        and_(post.c.iso3 == TO_ISO3, post.c.other_iso3 == FROM_ISO3),
    )
    alone = select(
        case((post.c.iso3 == FROM_ISO3, post.c.id), else_=nobody).label("leaving"),
        case((post.c.iso3 == TO_ISO3, post.c.id), else_=nobody).label("arriving"),
        one_sided.label("pairing"),
        nowhere.label("distance_m"),
    ).where(names_the_other, post.c.id.not_in(_select_pair_points(paired)))
    every = union_all(select(paired), alone).subquery("every")
    return select(every).order_by(func.coalesce(every.c.leaving, every.c.arriving), every.c.arriving)


def _select_posts(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select the border points of the two countries that may be at their border. A port must name the other country."""
    names_one_of_them = is_one_of(version.other_iso3, question.iso3s)
    may_be = and_(version.other_iso3.is_(None), version.poe_type == LAND)
    return select(
        version.point_of_entry_id.label("id"),
        version.iso3,
        version.other_iso3,
        version.counterpart_id,
        version.poe_type,
        func.geography(version.geometry).label("place"),
    ).where(matches_filter(question, None), or_(names_one_of_them, may_be, version.counterpart_id.is_not(None)))


def _select_linked_pairs(leaving: Any, arriving: Any) -> Any:  # noqa: ANN401 - common tables; a compound select
    """Select the pairs that the register links, from either side or from both."""
    pair = _select_pair_columns(leaving, arriving, "counterpart").where(
        leaving.c.iso3 == FROM_ISO3, arriving.c.iso3 == TO_ISO3
    )
    return union(
        pair.where(leaving.c.counterpart_id == arriving.c.id), pair.where(arriving.c.counterpart_id == leaving.c.id)
    )


def _select_nearest_pairs(leaving: Any, arriving: Any, linked: Any) -> Any:  # noqa: ANN401 - common tables; a select
    distance = func.ST_Distance(leaving.c.place, arriving.c.place)
    is_free = [side.c.id.not_in(_select_pair_points(linked)) for side in (leaving, arriving)]
    ranked = (
        _select_pair_columns(leaving, arriving, "nearest")
        .add_columns(
            func.row_number().over(partition_by=leaving.c.id, order_by=(distance, arriving.c.id)).label("of_leaving"),
            func.row_number().over(partition_by=arriving.c.id, order_by=(distance, leaving.c.id)).label("of_arriving"),
        )
        .where(
            leaving.c.iso3 == FROM_ISO3,
            arriving.c.iso3 == TO_ISO3,
            leaving.c.poe_type == LAND,
            arriving.c.poe_type == LAND,
        )
        .where(or_(leaving.c.other_iso3 == TO_ISO3, arriving.c.other_iso3 == FROM_ISO3))
        .where(func.ST_DWithin(leaving.c.place, arriving.c.place, MAX_POST_DISTANCE_M), *is_free)
        .subquery("ranked")
    )
    columns = (ranked.c[name] for name in CrossingPair._fields)
    return select(*columns).where(ranked.c.of_leaving == 1, ranked.c.of_arriving == 1)


def _select_pair_columns(leaving: Any, arriving: Any, pairing: str) -> Select[*tuple[Any, ...]]:  # noqa: ANN401
    return select(
        leaving.c.id.label("leaving"),
        arriving.c.id.label("arriving"),
        literal(pairing, Text).label("pairing"),
        func.ST_Distance(leaving.c.place, arriving.c.place, type_=Float).label("distance_m"),
    ).select_from(leaving.join(arriving, true()))


def _select_pair_points(pairs: Any) -> Any:  # noqa: ANN401 - a common table; a compound select
    sides = (pairs.c.leaving, pairs.c.arriving)
    return union_all(*(select(side).where(side.is_not(None)) for side in sides))


def select_crossing_sides(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select the points of the numbers `points`, a list to bind, as a PassingPoints describes them.

    Points of `from_iso3` are tested for exit, the others for entry. The day `stale_until` is a parameter, too.
    """
    points = PassabilityQuery(question, case((version.iso3 == FROM_ISO3, EXIT), else_=ENTRY))
    return points.select_described().where(
        is_one_of(version.point_of_entry_id, bindparam("points", type_=ARRAY(BigInteger)))
    )


def select_has_land_border() -> Select[bool]:
    """Select whether the shapes of `from_iso3` and `to_iso3` have a land border in common."""
    sides = (func.least(FROM_ISO3, TO_ISO3), func.greatest(FROM_ISO3, TO_ISO3))
    return select(select(Border.id).where(Border.iso3 == sides[0], Border.other_iso3 == sides[1]).exists())


def select_entry_level(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select `level`, the level of international travel that the country `to_iso3` imposes on all, or null."""
    return select(build_travel_level(question).label("level")).select_from(Country).where(Country.iso3 == TO_ISO3)


INTERNAL_BORDER_CONTROL = "internal_border_control"
measure = CountryMeasure


def select_border_control(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select the control on the day that `to_iso3` has at its borders with `from_iso3`; no row without any.

    `level`, `first` and `last` day (null: no end is announced), `notifications`, `comment`, `source` and its `url`.
    """
    columns = (measure.level, measure.valid_during, measure.source_reference, measure.comment, measure.source_id)
    between = select(*columns).where(
        measure.indicator == INTERNAL_BORDER_CONTROL, measure.imposing_iso3 == TO_ISO3, measure.origin_iso3 == FROM_ISO3
    )
    last = select_latest(between, measure, question.days, question.as_known_at).subquery("last")
    return (
        select(
            last.c.level,
            func.lower(last.c.valid_during, type_=Date).label("first"),
            (func.upper(last.c.valid_during, type_=Date) - 1).label("last"),
            last.c.source_reference.label("notifications"),
            last.c.comment,
            Source.name.label("source"),
            Source.url,
        )
        .join(Source, Source.id == last.c.source_id)
        .where(ends_after(last.c.valid_during, question.days.first))
    )
