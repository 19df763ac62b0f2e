"""Encodings of a tile: a vector tile, or GeoJSON."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from geo.crs import CRS84
from geo.geojson import assemble_feature, build_geometry_text
from geo.sql_json import build_json_members
from geo.tile_matrix import EXTENT


def select_mvt_layer(
    rows: Subquery, names: Sequence[str], *, layer: str, key: str | None, in_order: bool = False
) -> Select[bytes]:
    """Select the rows as a layer of a vector tile: empty bytes if there is no row.

    `drawn` is each row's geometry in the tile's own units; `key` names a column of whole numbers, which vector tiles
    have as ids. Vector tiles have no lists, so their values are joined with commas. `in_order` of `id`, equal rows are
    equal bytes in any plan of PostgreSQL; a map does not need that, and need not wait for the sort.
    """
    values = [_flatten_list(rows.c[name]).label(name) for name in names]
    identity = [] if key is None else [rows.c[key].label("feature_id")]
    order = (rows.c.id, rows.c.drawn) if in_order else ()
    features = select(rows.c.drawn, *identity, *values).order_by(*order).subquery("mvt")
    more = [] if key is None else ["feature_id"]
    return select(func.ST_AsMVT(features.table_valued(), layer, EXTENT, "drawn", *more))


def select_geojson_features(rows: Subquery, names: Sequence[str]) -> Select[str]:
    """Select the features of the rows as text with commas between; null if there is no row."""
    properties = ["{", *build_json_members([rows.c[name] for name in names]), "}"]
    text = assemble_feature(rows.c.id, build_geometry_text(rows.c.geometry, CRS84), properties)
    in_turn = aggregate_order_by(literal(","), rows.c.id)
    return select(func.string_agg(text, in_turn)).select_from(rows)


def _flatten_list(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, ARRAY):
        return func.array_to_string(cast(column, ARRAY(Text)), ",")
    return column
