"""Statement of a tile of a collection, with its values."""

from dataclasses import replace
from functools import partial
from typing import Any, Literal, assert_never

from sqlalchemy import ColumnElement, Date, Float, Select, bindparam, case, literal, null, select

from api.collections.property_filters import build_queryables, combine_conditions
from api.collections.query import BoundQuery, FeatureQuery
from api.cql2.sql_expression import Expression, bind_value, combine, refer_to
from api.database.prepared_statements import ShapedQuery
from api.responses.stale_after import compute_stale_until
from api.tiles.fields import NOT_ASSESSED, get_stale_counts, get_tile_properties, is_clustered, list_groups
from api.tiles.formats import TileFormatName
from geo.bbox import BoxParts, intersects_box
from geo.tile_encoding import select_geojson_features, select_mvt_layer
from geo.tile_matrix import BUFFER
from geo.tile_points import CELL_UNITS, ClusterCounts, Tile, select_clusters, select_single_points
from geo.tile_shapes import build_shape_values, select_shapes
from models.queries.filters import FeatureFilter, create_statement_template
from models.queries.pagination import build_metadata_columns, select_rows
from models.queries.points import is_last_assessed_by

TileKind = Literal["gathered", "single", "shapes"]
CLUSTER_COLUMNS = ("name", "points")


def build_tile_query(
    query: FeatureQuery, tile: Tile, format_name: TileFormatName, *, in_order: bool = False
) -> BoundQuery:
    """Build the statement and its values. It returns one row of `content`, the bytes of a vector tile or the features
    of GeoJSON as text, and of `circumstances`.

    One statement serves all tiles of one kind and shape of filter. `in_order` sorts the features of a vector tile, so
    that equal features are equal bytes.
    """
    collection = query.collection
    is_shape = collection.geometry != "Point"
    kind: TileKind = "shapes" if is_shape else "gathered" if is_clustered(collection, tile.z) else "single"
    # The tile of the world contains all points. With a condition for it, the planner expected a handful of points.
    box = tile.split_at_antimeridian(CELL_UNITS if kind == "gathered" else BUFFER) if tile.z else None
    question = replace(query.question, box=box, box_srid=None)
    names = query.view.properties or get_tile_properties(collection)
    key = "key" if collection.key is int and kind == "single" else None
    condition = _combine_conditions(query)
    statement, values = create_statement_template(
        *(_select_tile, question, collection.answering, condition is not None),
        *(kind, format_name, names, collection.id, key, in_order),
        *(list_groups(collection), tuple(get_stale_counts(collection).items())),
    )
    shaped_query = ShapedQuery(statement, condition)
    values |= tile.values | (build_shape_values(tile) if is_shape else {})
    if kind == "gathered":
        values |= {"old_until": compute_stale_until(query.question.days.last)}
    return shaped_query, values | shaped_query.values()


def _combine_conditions(query: FeatureQuery) -> Expression | None:
    box = query.question.box
    within = _build_box_condition(query, box) if box else None
    return combine_conditions([each for each in (query.condition, within) if each is not None])


def _build_box_condition(query: FeatureQuery, box: BoxParts) -> Expression:
    """Build the condition that the geometry touches the box of the request, which is beside the tile's own box."""
    srid = query.question.box_srid
    geometry = refer_to("geometry", build_queryables(query.collection)["geometry"].column)
    corners = [bind_value(corner, Float()) for half in box for corner in half]
    return combine(("touches", srid), partial(_build_touch, srid), geometry, *corners)


def _build_touch(srid: int | None, geometry: Any, *corners: Any) -> ColumnElement[bool]:  # noqa: ANN401 - expressions
    halves = tuple(corners[first : first + 4] for first in range(0, len(corners), 4))
    return intersects_box(geometry, halves, srid)


def _select_tile(
    question: FeatureFilter,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, the key of cached statements
    kind: TileKind,
    format_name: TileFormatName,
    names: tuple[str, ...],
    layer: str,
    key: str | None,
    in_order: bool,  # noqa: FBT001
    groups: tuple[str, ...],
    old: tuple[tuple[str, str], ...],
) -> Select[Any]:
    features = select_rows(answering(question), conditional=conditional)
    if kind == "gathered":
        group = _build_group(features) if groups else null()
        counts = ClusterCounts(group, groups, old, partial(_build_stale_condition, question))
        rows, names = (
            select_clusters(features, counts).subquery("tile"),
            (*CLUSTER_COLUMNS, *groups, *dict(old).values()),
        )
    else:
        rows = (select_shapes(features) if kind == "shapes" else select_single_points(features)).subquery("tile")
    match format_name:
        case "geojson":
            content: Any = select_geojson_features(rows, names)
        case "mvt":
            content = select_mvt_layer(rows, names, layer=layer, key=key, in_order=in_order)
        case _:
            assert_never(format_name)
    return select(content.scalar_subquery().label("content"), *build_metadata_columns(question))


def _build_group(features: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a subquery
    """Build the status group, or `not_assessed` for a point without an assessment."""
    if "assessed" in features.c:
        return case((features.c.assessed, features.c.status_group), else_=literal(NOT_ASSESSED))
    group: ColumnElement[Any] = features.c.status_group
    return group


def _build_stale_condition(question: FeatureFilter, rows: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a subquery
    """Build the condition that the last assessment of the point is too long before the end of the days."""
    return is_last_assessed_by(question, rows.c.key, bindparam("old_until", type_=Date))
