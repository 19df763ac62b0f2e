"""SQL of spatial relations, and the geometries in a filter."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary

from api.cql2.ast import BoundingBox, Geometry, Operation
from api.cql2.errors import BadFilter
from api.cql2.queryables import ValueKind
from api.cql2.serializer import serialize_filter_json
from api.cql2.sql_expression import Expression, bind_value, combine
from api.cql2.sql_types import Operand, require_kind
from geo.one_place import expand_longitudes
from geo.spatial_relations import (
    STORED_SRID,
    build_box_shape,
    build_relation,
    build_stored_geometry,
    encode_wkb,
    explain_invalid_shape,
    parse_geometry,
)

GEOMETRY = frozenset({ValueKind.GEOMETRY})
# Relations of an item to an area of the world, for which the shape of the area does not matter.
AREA_RELATIONS = frozenset({"s_intersects", "s_disjoint", "s_within"})
WKB = LargeBinary()


@dataclass(frozen=True, slots=True)
class FilterCrs:
    """Reference system of a filter's coordinates: its EPSG code and the order of the axes."""

    srid: int = STORED_SRID
    latitude_first: bool = False


def relate(node: Operation, operands: list[Operand]) -> Expression:
    """Build the spatial relation, or raise BadFilter if an operand is not a geometry."""
    one, other = (require_kind(operand, GEOMETRY).sql for operand in operands)
    return combine(node.op, partial(build_relation, node.op.removeprefix("s_")), one, other)


def bind_geometry(node: Geometry | BoundingBox, crs: FilterCrs, *, of_a_part: bool = False) -> Expression:
    """Bind the geometry as one value, without heights. Raise BadFilter if it is not valid.

    `of_a_part`: the relation is to the area, on both sides of the antimeridian.
    """
    if isinstance(node, BoundingBox):
        shape = _build_box(node, crs)
    else:
        shape = parse_geometry(serialize_filter_json(node), latitude_first=crs.latitude_first)
    if reason := explain_invalid_shape(shape):
        raise BadFilter(f"the geometry is not valid: {reason}", node.position)
    if of_a_part and crs.srid == STORED_SRID:
        shape = expand_longitudes(shape)
    return combine(
        ("geometry", crs.srid), lambda wkb: build_stored_geometry(wkb, crs.srid), bind_value(encode_wkb(shape), WKB)
    )


def _build_box(node: BoundingBox, crs: FilterCrs) -> Any:  # noqa: ANN401 - a Shapely geometry
    half = len(node.corners) // 2
    (west, south), (east, north) = node.corners[:2], node.corners[half : half + 2]
    if crs.latitude_first:
        west, south, east, north = south, west, north, east
    if south > north:
        raise BadFilter("the lower edge of the box is above its upper edge", node.position)
    if west > east and crs.srid != STORED_SRID:
        raise BadFilter("only a box in degrees can cross the antimeridian", node.position)
    return build_box_shape(west, south, east, north)
