"""GeoJSON (RFC 7946), written by the database: no feature is built, or even looked at, in Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, Text, bindparam, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause

from geo.crs import CRS84, Crs, put_into

# 1e-6 degrees is about 0.1 m, finer than any source of ours.
DECIMALS = 6
DECIMALS_OF_METRES = 2
# ST_AsGeoJSON would else write the system into each geometry, as GeoJSON did before RFC 7946.
NEITHER_BOX_NOR_CRS = 0
NOT_PROPERTIES = {"key", "id", "geometry"}
FEATURES_IN_A_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class View:
    """What of each feature is written: the properties of these names (None: all), and its geometry in `crs`.

    Without a `crs` the geometry is left out, and null is written in its place.
    """

    properties: tuple[str, ...] | None = None
    crs: Crs | None = CRS84


def feature_chunks(
    found: Subquery, order: Sequence[ColumnElement[Any]], cursor: ColumnElement[Any], view: View
) -> Select[*tuple[Any, ...]]:
    """Statement giving a page as chunks of GeoJSON text.

    `found` has up to `limit` rows, a parameter to bind, and one more if more follow: `id`, `geometry` (EPSG:4326) and
    the properties. Each chunk is a row of `features` (up to 1,000 of them, with commas between), `count`, `last`,
    which is the `cursor` of its last one, and `more`: whether features follow behind the page.
    """
    limit = bindparam("limit", type_=Integer)
    numbered = _numbered_features(found, order, cursor, view).subquery("numbered")
    within = numbered.c.position <= limit
    chunk = func.div(numbered.c.position - 1, FEATURES_IN_A_CHUNK)
    in_turn = aggregate_order_by(numbered.c.cursor, numbered.c.position.desc())
    text = func.string_agg(numbered.c.feature, aggregate_order_by(literal(","), numbered.c.position))
    return (
        select(
            text.filter(within).label("features"),
            func.count().filter(within).label("count"),
            func.array_agg(in_turn, type_=ARRAY(numbered.c.cursor.type)).filter(within)[1].label("last"),
            func.bool_or(~within).label("more"),
        )
        .group_by(chunk)
        .order_by(chunk)
    )


def _numbered_features(
    found: Subquery, order: Sequence[ColumnElement[Any]], cursor: ColumnElement[Any], view: View
) -> Select[*tuple[Any, ...]]:
    properties = properties_of(found, view)
    return (
        select(
            cursor.label("cursor"),
            feature_text(found.c.id, geometry_text(found.c.geometry, view.crs), properties).label("feature"),
            func.row_number().over(order_by=list(order)).label("position"),
        )
        .select_from(found)
        .join(properties, true())
    )


def properties_of(found: Subquery, view: View) -> LateralFromClause:
    """The properties that the view chooses, in the order that they have in the answer, to join to the page."""
    return select(*(found.c[name] for name in property_names(found, view))).correlate(found).lateral("properties")


def property_names(found: Subquery, view: View) -> list[str]:
    """What the view chooses, in the order that it has in the answer."""
    names = [column.name for column in found.c if column.name not in NOT_PROPERTIES]
    return [name for name in names if view.properties is None or name in view.properties]


def geometry_text(geometry: ColumnElement[Any], crs: Crs | None) -> ColumnElement[str]:
    """SQL expression: a geometry as GeoJSON in the coordinates of `crs`."""
    if crs is None:
        return literal("null")
    decimals = DECIMALS if crs.is_geographic else DECIMALS_OF_METRES
    return func.coalesce(func.ST_AsGeoJSON(put_into(geometry, crs), decimals, NEITHER_BOX_NOR_CRS), "null", type_=Text)


def feature_text(
    identity: ColumnElement[Any], geometry: ColumnElement[str], properties: LateralFromClause
) -> ColumnElement[str]:
    """SQL expression: the text of a GeoJSON feature with the text of its geometry and the row of `properties`.

    Put together as text: building it as json parsed each geometry a second time.
    """
    return func.concat(
        '{"type":"Feature","id":',
        func.to_json(identity),
        ',"geometry":',
        geometry,
        ',"properties":',
        func.row_to_json(properties.table_valued()),
        "}",
        type_=Text,
    )
