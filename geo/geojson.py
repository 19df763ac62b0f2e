"""GeoJSON (RFC 7946), written by the database: no feature is built, or even looked at, in Python."""

from collections.abc import Iterable, Iterator, Sequence
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
    case,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from geo.crs import CRS84, Crs, put_into
from geo.json_text import Members, NamedMoment, Opening, json_members, json_value, put_together

# 1e-6 degrees is about 0.1 m, finer than any source of ours.
DECIMALS = 6
DECIMALS_OF_METRES = 2
# ST_AsGeoJSON would else write the system into each geometry, as GeoJSON did before RFC 7946.
NEITHER_BOX_NOR_CRS = 0
NOT_PROPERTIES = {"key", "id", "geometry"}


@dataclass(frozen=True, slots=True)
class View:
    """What of each feature is written: the properties of these names, and its geometry in `crs`.

    Without names all properties are written but those of type NamedMoment.

    Without a `crs` the geometry is left out, and null is written in its place.
    """

    properties: tuple[str, ...] | None = None
    crs: Crs | None = CRS84


def feature_page(
    found: Subquery, order: Sequence[ColumnElement[Any]], cursor: Sequence[ColumnElement[Any]], view: View
) -> Select[*tuple[Any, ...]]:
    """Statement giving a page as one row: GeoJSON text as bytes, and what the next page needs.

    `found` has up to `limit` rows, a parameter to bind, and one more if more follow: `id`, `geometry` (EPSG:4326) and
    the properties. The row has `features` (with commas between, in UTF-8, null if there are none), `count`, `last`,
    a JSON array of the `cursor` columns of the last one, and `more`: whether features follow behind the page.
    """
    limit = bindparam("limit", type_=Integer)
    # Put together in the order in which the sorted rows come, as PostgreSQL's manual (9.21) allows where nothing is
    # joined in between: sorted once more, 8,000 finished features took 10 ms longer, and numbered, 7.
    columns = [column.label(f"cursor_{place}") for place, column in enumerate(cursor)]
    feature = feature_text(found, view).label("feature")
    rows = select(*columns, feature).select_from(found).order_by(*order).subquery("in_order")
    more = func.count() > limit
    last = func.json_build_array(*(_of_row(limit, rows.c[column.name]) for column in columns))
    return select(
        _without_one_more(rows.c.feature, limit, more).label("features"),
        func.least(func.count(), limit).label("count"),
        case((more, last)).label("last"),
        more.label("more"),
    ).select_from(rows)


def _of_row(place: Any, column: ColumnElement[Any]) -> ColumnElement[Any]:  # noqa: ANN401 - an expression
    """SQL expression: the value of this row among those that are put together, counted from 1."""
    value: ColumnElement[Any] = func.array_agg(column, type_=ARRAY(column.type))[place]
    return value


def _without_one_more(
    feature: ColumnElement[str], limit: ColumnElement[int], more: ColumnElement[bool]
) -> ColumnElement[bytes]:
    """SQL expression: the features with commas between, as bytes, without the one that is beyond the limit."""
    text = func.convert_to(func.string_agg(feature, ","), "UTF8", type_=LargeBinary)
    beyond = _of_row(limit + 1, func.octet_length(feature, type_=Integer)) + 1
    whole_page = func.substring(text, 1, func.octet_length(text, type_=Integer) - beyond, type_=LargeBinary)
    return case((more, whole_page), else_=text)


def property_names(found: Subquery, view: View) -> list[str]:
    """What the view chooses, in the order that it has in the answer."""
    columns = properties_among(found.c)
    if view.properties is None:
        return [column.name for column in columns if not isinstance(column.type, NamedMoment)]
    return [column.name for column in columns if column.name in view.properties]


def properties_among(columns: Iterable[Any]) -> Iterator[Any]:
    """Those of an answer's columns that are properties, each once."""
    return (each for each in columns if each.name not in NOT_PROPERTIES and not isinstance(each.type, Members))


def geometry_text(geometry: ColumnElement[Any], crs: Crs | None) -> ColumnElement[str]:
    """SQL expression: a geometry as GeoJSON in the coordinates of `crs`."""
    if crs is None:
        return literal("null")
    decimals = DECIMALS if crs.is_geographic else DECIMALS_OF_METRES
    return func.coalesce(func.ST_AsGeoJSON(put_into(geometry, crs), decimals, NEITHER_BOX_NOR_CRS), "null", type_=Text)


def feature_text(found: Subquery, view: View) -> ColumnElement[str]:
    """SQL expression: a row of `found` as a GeoJSON feature.

    A whole feature begins with the column of `found` of type Opening, where there is one.
    """
    opening = _written(found, Opening)
    if opening and view == View():
        return put_together(*_members(found, view, [*opening, *_written(found, Members)]), "}}")
    return feature_with(found.c.id, geometry_text(found.c.geometry, view.crs), properties_text(found, view))


def properties_text(found: Subquery, view: View) -> list[Any]:
    """What to put together for the object of properties: where all are asked for, first those that the columns of
    `found` of type Members have written, then the others that the view chooses, in the order that these columns have.
    """
    written = _written(found, Members) if view.properties is None else []
    return ["{", *_members(found, view, written), "}"]


def _members(found: Subquery, view: View, written: list[Any]) -> list[Any]:
    names = {name for column in written for name in column.type.names}
    others = [found.c[name] for name in property_names(found, view) if name not in names]
    first = [part for column in written for part in (column, ",")][:-1]
    return [*first, *json_members(others, follows=bool(first))]


def _written(found: Subquery, kind: type[Members]) -> list[Any]:
    return [column for column in found.c if type(column.type) is kind]


def feature_with(
    identity: ColumnElement[Any], geometry: ColumnElement[str], properties: Sequence[Any]
) -> ColumnElement[str]:
    """SQL expression: the text of a GeoJSON feature with the text of its geometry and the parts of its properties.

    Put together as text: building it as json parsed each geometry a second time.
    """
    beginning = (json_value(identity, '{"type":"Feature","id":'), ',"geometry":', geometry, ',"properties":')
    return put_together(*beginning, *properties, "}")
