"""Geometries of a filter, and how they lie to those of the items."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary

from api.cql2.bad_filter import BadFilter
from api.cql2.expression import Expression, bind_value, combine
from api.cql2.operands import Operand, of_kind
from api.cql2.queryables import Kind
from api.cql2.tree import BoundingBox, Geometry, Operation
from api.cql2.written import to_json
from geo.one_place import all_of_the_place
from geo.spatial_relations import STORED_IN, box_shape, related, shape_of, stored_geometry, to_wkb, why_invalid

GEOMETRY = frozenset({Kind.GEOMETRY})
# Relations that ask what lies in a part of the world, whatever its shape is.
OF_A_PART = frozenset({"s_intersects", "s_disjoint", "s_within"})
WKB = LargeBinary()


@dataclass(frozen=True, slots=True)
class FilterCrs:
    """What the coordinates of a filter's geometries are in: a system by its EPSG code, and in which order they come."""

    srid: int = STORED_IN
    latitude_first: bool = False


def relate(node: Operation, operands: list[Operand]) -> Expression:
    """Raises BadFilter."""
    one, other = (of_kind(operand, GEOMETRY).sql for operand in operands)
    return combine(node.op, partial(related, node.op.removeprefix("s_")), one, other)


def literal_geometry(node: Geometry | BoundingBox, crs: FilterCrs, *, of_a_part: bool = False) -> Expression:
    """The geometry as one bound value, without heights. Raises BadFilter if it crosses itself.

    `of_a_part`: it is asked what lies in it, on either side of the antimeridian.
    """
    if isinstance(node, BoundingBox):
        shape = _box(node, crs)
    else:
        shape = shape_of(to_json(node), latitude_first=crs.latitude_first)
    if reason := why_invalid(shape):
        raise BadFilter(f"the geometry is not valid: {reason}", node.position)
    if of_a_part and crs.srid == STORED_IN:
        shape = all_of_the_place(shape)
    return combine(("geometry", crs.srid), lambda wkb: stored_geometry(wkb, crs.srid), bind_value(to_wkb(shape), WKB))


def _box(node: BoundingBox, crs: FilterCrs) -> Any:  # noqa: ANN401 - a Shapely geometry
    half = len(node.corners) // 2
    (west, south), (east, north) = node.corners[:2], node.corners[half : half + 2]
    if crs.latitude_first:
        west, south, east, north = south, west, north, east
    if south > north:
        raise BadFilter("the box starts above its upper end", node.position)
    if west > east and crs.srid != STORED_IN:
        raise BadFilter("only a box in degrees can cross the antimeridian", node.position)
    return box_shape(west, south, east, north)
