"""GeoJSON (RFC 7946), written by the database: no feature is built, or even looked at, in Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from geo.crs import CRS84, Crs, put_into

# 1e-6 degrees is about 0.1 m, finer than any source of ours.
DECIMALS = 6
DECIMALS_OF_METRES = 2
# ST_AsGeoJSON would else write the system into each geometry, as GeoJSON did before RFC 7946.
NEITHER_BOX_NOR_CRS = 0
NOT_PROPERTIES = {"key", "id", "geometry", "members"}


@dataclass(frozen=True, slots=True)
class View:
    """What of each feature is written: the properties of these names (None: all), and its geometry in `crs`.

    Without a `crs` the geometry is left out, and null is written in its place. The properties named by `written` are
    in the column `members`, as the members of a JSON object, which are taken as they are where all are asked for.
    """

    properties: tuple[str, ...] | None = None
    crs: Crs | None = CRS84
    written: frozenset[str] = frozenset()

    @property
    def takes_written(self) -> bool:
        return bool(self.written) and self.properties is None


def feature_page(
    found: Subquery, order: Sequence[ColumnElement[Any]], cursor: ColumnElement[Any], view: View
) -> Select[*tuple[Any, ...]]:
    """Statement giving a page as one row: GeoJSON text as bytes, and what the next page needs.

    `found` has up to `limit` rows, a parameter to bind, and one more if more follow: `id`, `geometry` (EPSG:4326) and
    the properties. The row has `features` (with commas between, in UTF-8, null if there are none), `count`, `last`,
    which is the `cursor` of the last one, and `more`: whether features follow behind the page.
    """
    limit = bindparam("limit", type_=Integer)
    # Put together in the order in which the sorted rows come, as PostgreSQL's manual (9.21) allows where nothing is
    # joined in between: sorted once more, 8,000 finished features took 10 ms longer.
    numbered = _numbered_features(found, order, cursor, view).subquery("numbered")
    within = numbered.c.position <= limit
    text = func.string_agg(numbered.c.feature, ",").filter(within)
    last = func.array_agg(numbered.c.cursor, type_=ARRAY(numbered.c.cursor.type)).filter(numbered.c.position == limit)
    return select(
        func.convert_to(text, "UTF8", type_=LargeBinary).label("features"),
        func.count().filter(within).label("count"),
        last[1].label("last"),
        (func.count() > limit).label("more"),
    ).select_from(numbered)


def _numbered_features(
    found: Subquery, order: Sequence[ColumnElement[Any]], cursor: ColumnElement[Any], view: View
) -> Select[*tuple[Any, ...]]:
    properties = properties_of(found, view)
    return (
        select(
            cursor.label("cursor"),
            feature_text(found, properties, view).label("feature"),
            func.row_number().over(order_by=list(order)).label("position"),
        )
        .select_from(found)
        .join(properties, true())
        .order_by(*order)
    )


def properties_of(found: Subquery, view: View) -> LateralFromClause:
    """The properties that the view chooses and that are not written, in the order that they have in the answer, to
    join to the page.
    """
    names = property_names(found, view)
    left = [name for name in names if not view.takes_written or name not in view.written]
    return select(*(found.c[name] for name in left)).correlate(found).lateral("properties")


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


def feature_text(found: Subquery, properties: LateralFromClause, view: View) -> ColumnElement[str]:
    """SQL expression: a row of `found`, with its row of `properties`, as a GeoJSON feature."""
    geometry = geometry_text(found.c.geometry, view.crs)
    return put_together(found.c.id, geometry, *properties_text(found, properties, view))


def properties_text(found: Subquery, properties: LateralFromClause, view: View) -> list[Any]:
    """What to put together for the object of properties: those written before, then the row of the others."""
    others = func.row_to_json(properties.table_valued())
    if not view.takes_written:
        return [others]
    # right() and not substr(), which counted the characters of all that it takes.
    return ["{", found.c.members, ",", func.right(cast(others, Text), -1, type_=Text)]


def put_together(identity: ColumnElement[Any], geometry: ColumnElement[str], *properties: Any) -> ColumnElement[str]:  # noqa: ANN401
    """SQL expression: the text of a GeoJSON feature with the text of its geometry and the parts of its properties.

    Put together as text: building it as json parsed each geometry a second time.
    """
    return func.concat(
        '{"type":"Feature","id":',
        func.to_json(identity),
        ',"geometry":',
        geometry,
        ',"properties":',
        *properties,
        "}",
        type_=Text,
    )
