"""Statement of a tile of a collection, with its values."""

from dataclasses import replace
from functools import partial
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Float, Select, bindparam, case, literal, select

from api.cql2.expression import Expression, bind_value, combine, refer_to
from api.feature_query import Asked, FeatureQuery, all_hold
from api.prepared import ShapedQuery
from api.queryables import queryables_of
from api.stale_after import stale_until
from api.tiles.layer import NOT_ASSESSED, drawn_of, groups, is_gathered, old_of
from geo.box import Halves, touches
from geo.tile import BUFFER
from geo.tile_form import as_geojson, as_mvt
from geo.tile_points import CELL, Counts, Tile, gathered, single
from geo.tile_shapes import shapes, values_of
from models.answer_page import all_of, circumstances
from models.point_answers import last_assessed_by
from models.question import Question, shaped

TileForm = Literal["mvt", "geojson"]
Kind = Literal["gathered", "single", "shapes"]
OF_GATHERED = ("name", "points")


def tile_of(query: FeatureQuery, tile: Tile, form: TileForm, *, in_order: bool = False) -> Asked:
    """Build the statement and its values. It returns one row of `content`, the bytes of a vector tile or the features
    of GeoJSON as text, and of `circumstances`.

    One statement serves all tiles of one kind and shape of filter. `in_order` sorts the features of a vector tile, so
    that equal features are equal bytes.
    """
    collection = query.collection
    is_shape = collection.geometry != "Point"
    kind: Kind = "shapes" if is_shape else "gathered" if is_gathered(collection, tile.z) else "single"
    # The tile of the world contains all points. With a condition for it, the planner expected a handful of points.
    box = tile.halves(CELL if kind == "gathered" else BUFFER) if tile.z else None
    question = replace(query.question, box=box, box_srid=None)
    names = query.view.properties or drawn_of(collection)
    key = "key" if collection.key is int and kind == "single" else None
    condition = _condition(query)
    statement, values = shaped(
        *(_statement, question, collection.answering, condition is not None),
        *(kind, form, names, collection.id, key, in_order, tuple(old_of(collection).items())),
    )
    shaped_query = ShapedQuery(statement, condition)
    values |= tile.values | (values_of(tile) if is_shape else {})
    if kind == "gathered":
        values |= {"old_until": stale_until(query.question.days.last)}
    return shaped_query, values | shaped_query.values()


def _condition(query: FeatureQuery) -> Expression | None:
    box = query.question.box
    within = _touches_box(query, box) if box else None
    return all_hold([each for each in (query.condition, within) if each is not None])


def _touches_box(query: FeatureQuery, box: Halves) -> Expression:
    """Build the condition that the geometry touches the box of the request, which is beside the tile's own box."""
    srid = query.question.box_srid
    geometry = refer_to("geometry", queryables_of(query.collection)["geometry"].column)
    corners = [bind_value(corner, Float()) for half in box for corner in half]
    return combine(("touches", srid), partial(_touch, srid), geometry, *corners)


def _touch(srid: int | None, geometry: Any, *corners: Any) -> ColumnElement[bool]:  # noqa: ANN401 - expressions
    halves = tuple(corners[first : first + 4] for first in range(0, len(corners), 4))
    return touches(geometry, halves, srid)


def _statement(
    question: Question,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, the key of cached statements
    kind: Kind,
    form: TileForm,
    names: tuple[str, ...],
    layer: str,
    key: str | None,
    in_order: bool,  # noqa: FBT001
    old: tuple[tuple[str, str], ...],
) -> Select[Any]:
    features = all_of(answering(question), conditional=conditional)
    if kind == "gathered":
        counts = Counts(_group(features), groups(), old, partial(_is_old, question))
        rows, names = gathered(features, counts).subquery("tile"), (*OF_GATHERED, *groups(), *dict(old).values())
    else:
        rows = (shapes(features) if kind == "shapes" else single(features)).subquery("tile")
    if form == "geojson":
        content: Any = as_geojson(rows, names)
    else:
        content = as_mvt(rows, names, layer=layer, key=key, in_order=in_order)
    return select(content.scalar_subquery().label("content"), *circumstances(question))


def _group(features: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a subquery
    """Build the status group, or `not_assessed` for a point without an assessment."""
    if "assessed" in features.c:
        return case((features.c.assessed, features.c.status_group), else_=literal(NOT_ASSESSED))
    group: ColumnElement[Any] = features.c.status_group
    return group


def _is_old(question: Question, rows: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a subquery
    """Build the condition that the last assessment of the point is too long before the end of the days."""
    return last_assessed_by(question, rows.c.key, bindparam("old_until", type_=Date))
