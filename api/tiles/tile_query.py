"""What a tile asks of a collection: the statement, with its values, that gives it."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, literal, select

from api.feature_query import All, Asked, FeatureQuery
from api.tiles.layer import NOT_ASSESSED, drawn_of, groups, is_gathered
from geo.box import Halves, touches
from geo.tile import BUFFER
from geo.tile_form import as_geojson, as_mvt
from geo.tile_points import CELL, Tile, gathered, single
from geo.tile_shapes import shapes, values_of
from models.answer_page import Condition, all_of, circumstances
from models.question import Question, asked, asked_anew

TileForm = Literal["mvt", "geojson"]
Kind = Literal["gathered", "single", "shapes"]
OF_GATHERED = ("name", "points")


@dataclass(frozen=True, slots=True)
class Within:
    """SQL condition on the columns of an answer: in the box that was asked for beside the tile's own."""

    halves: Halves
    srid: int | None

    def __call__(self, columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 - of a subquery
        return touches(columns.geometry, self.halves, self.srid)


def tile_of(query: FeatureQuery, tile: Tile, form: TileForm, *, in_order: bool = False) -> Asked:
    """The statement and its values: one row of `content`, the bytes of a vector tile or the features of
    GeoJSON as text, and of `circumstances`.

    One statement serves all tiles of the same kind that are asked for in the same words. `in_order`, the features of
    a vector tile are too, so that the same ones are the same bytes.
    """
    collection = query.collection
    is_shape = collection.geometry != "Point"
    kind: Kind = "shapes" if is_shape else "gathered" if is_gathered(collection, tile.z) else "single"
    # All is in the tile of the world; asking for that all the same had the planner expect a handful of points.
    box = tile.halves(CELL if kind == "gathered" else BUFFER) if tile.z else None
    question = replace(query.question, box=box, box_srid=None)
    names = query.view.properties or drawn_of(collection)
    key = "key" if collection.key is int and kind == "single" else None
    how = asked if is_kept(query) else asked_anew
    statement, values = how(
        _statement, question, collection.answering, _conditions(query), kind, form, names, collection.id, key, in_order
    )
    return statement, values | tile.values | (values_of(tile) if is_shape else {})


def is_kept(query: FeatureQuery) -> bool:
    """Whether the statement holds nothing of what the client wrote: no filter, and no box beside the tile's own."""
    return query.condition is None and query.question.box is None


def _conditions(query: FeatureQuery) -> Condition | None:
    box = query.question.box
    within = (Within(box, query.question.box_srid),) if box else ()
    own = (query.condition,) if query.condition else ()
    return All((*own, *within)) if own or within else None


def _statement(
    question: Question,
    answering: Any,  # noqa: ANN401
    condition: Condition | None,
    kind: Kind,
    form: TileForm,
    names: tuple[str, ...],
    layer: str,
    key: str | None,
    in_order: bool,  # noqa: FBT001 - a part of the shape, by which statements are kept
) -> Select[Any]:
    found = all_of(answering(question), (), None, condition)
    if kind == "gathered":
        rows, names = gathered(found, _group(found), groups()).subquery("tile"), (*OF_GATHERED, *groups())
    else:
        rows = (shapes(found) if kind == "shapes" else single(found)).subquery("tile")
    if form == "geojson":
        content: Any = as_geojson(rows, names)
    else:
        content = as_mvt(rows, names, layer=layer, key=key, in_order=in_order)
    return select(content.scalar_subquery().label("content"), *circumstances(question))


def _group(found: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a subquery
    """The status group; of a point that nobody assessed, that it was not."""
    if "assessed" in found.c:
        return case((found.c.assessed, found.c.status_group), else_=literal(NOT_ASSESSED))
    group: ColumnElement[Any] = found.c.status_group
    return group
