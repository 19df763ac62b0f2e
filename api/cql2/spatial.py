"""SQL of spatial relations, and the geometries in a filter."""

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
# Relations of an item to an area of the world, for which the shape of the area does not matter.
OF_A_PART = frozenset({"s_intersects", "s_disjoint", "s_within"})
WKB = LargeBinary()


@dataclass(frozen=True, slots=True)
class FilterCrs:
    """Reference system of a filter's coordinates: its EPSG code and the order of the axes."""

    srid: int = STORED_IN
    latitude_first: bool = False


def relate(node: Operation, operands: list[Operand]) -> Expression:
    """Build the spatial relation, or raise BadFilter if an operand is not a geometry."""
    one, other = (of_kind(operand, GEOMETRY).sql for operand in operands)
    return combine(node.op, partial(related, node.op.removeprefix("s_")), one, other)


def literal_geometry(node: Geometry | BoundingBox, crs: FilterCrs, *, of_a_part: bool = False) -> Expression:
    """Bind the geometry as one value, without heights. Raise BadFilter if it is not valid.

    `of_a_part`: the relation is to the area, on both sides of the antimeridian.
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
