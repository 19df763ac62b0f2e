"""GeoJSON (RFC 7946) written by the database: Python neither builds nor reads any feature."""

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

from geo.crs import CRS84, Crs, transform_to_crs
from geo.sql_json import (
    ExplicitTimestamp,
    FeatureOpening,
    JsonMembers,
    build_json_members,
    build_json_value,
    concatenate_text,
)

# 1e-6 degrees is about 0.1 m, finer than any source of ours.
DEGREE_DECIMALS = 6
METRE_DECIMALS = 2
# By default ST_AsGeoJSON writes the system into each geometry, as GeoJSON did before RFC 7946.
GEOJSON_OPTIONS = 0
NON_PROPERTY_COLUMNS = {"key", "id", "geometry"}


@dataclass(frozen=True, slots=True)
class FeatureView:
    """Parts of each feature to write: the properties of these names, and the geometry in `crs`.

    Without names, all properties are written except any of type NamedMoment.

    Without a `crs`, null is written in place of the geometry.
    """

    properties: tuple[str, ...] | None = None
    crs: Crs | None = CRS84


def select_feature_page(
    features: Subquery, order: Sequence[ColumnElement[Any]], cursor: Sequence[ColumnElement[Any]], view: FeatureView
) -> Select[*tuple[Any, ...]]:
    """Select a page as one row: GeoJSON text as bytes, and the values that the next page needs.

    `features` has up to `limit` rows, a parameter to bind, and one more if more follow: `id`, `geometry` (EPSG:4326)
    and the properties. The row has `features` (with commas between, in UTF-8, null if there are none), `count`, `last`,
    a JSON array of the `cursor` columns of the last feature, and `more`: whether features follow behind the page.
    """
    limit = bindparam("limit", type_=Integer)
    # Aggregated in the order of the sorted rows, as PostgreSQL's manual (9.21) allows without a join in between:
    # sorting 8,000 finished features once more took 10 ms longer, and numbering them 7.
    columns = [column.label(f"cursor_{place}") for place, column in enumerate(cursor)]
    feature = build_feature_text(features, view).label("feature")
    rows = select(*columns, feature).select_from(features).order_by(*order).subquery("in_order")
    more = func.count() > limit
    last = func.json_build_array(*(_pick_row_value(limit, rows.c[column.name]) for column in columns))
    return select(
        _drop_extra_feature(rows.c.feature, limit, more).label("features"),
        func.least(func.count(), limit).label("count"),
        case((more, last)).label("last"),
        more.label("more"),
    ).select_from(rows)


def _pick_row_value(place: Any, column: ColumnElement[Any]) -> ColumnElement[Any]:  # noqa: ANN401 - an expression
    """Build the SQL expression of the column's value in the aggregated row of this number, counted from 1."""
    value: ColumnElement[Any] = func.array_agg(column, type_=ARRAY(column.type))[place]
    return value


def _drop_extra_feature(
    feature: ColumnElement[str], limit: ColumnElement[int], more: ColumnElement[bool]
) -> ColumnElement[bytes]:
    """Build the SQL expression of the features with commas between, as bytes, without the feature beyond the limit."""
    text = func.convert_to(func.string_agg(feature, ","), "UTF8", type_=LargeBinary)
    beyond = _pick_row_value(limit + 1, func.octet_length(feature, type_=Integer)) + 1
    whole_page = func.substring(text, 1, func.octet_length(text, type_=Integer) - beyond, type_=LargeBinary)
    return case((more, whole_page), else_=text)


def list_property_names(features: Subquery, view: FeatureView) -> list[str]:
    """List the names of the properties that the view selects, in the order of the response."""
    columns = filter_properties(features.c)
    if view.properties is None:
        return [column.name for column in columns if not isinstance(column.type, ExplicitTimestamp)]
    return [column.name for column in columns if column.name in view.properties]


def filter_properties(columns: Iterable[Any]) -> Iterator[Any]:
    """Select the columns of a response that are properties, each once."""
    return (
        each for each in columns if each.name not in NON_PROPERTY_COLUMNS and not isinstance(each.type, JsonMembers)
    )


def build_geometry_text(geometry: ColumnElement[Any], crs: Crs | None) -> ColumnElement[str]:
    """Build the SQL expression of a geometry as GeoJSON in the coordinates of `crs`."""
    if crs is None:
        return literal("null")
    decimals = DEGREE_DECIMALS if crs.is_geographic else METRE_DECIMALS
    return func.coalesce(
        func.ST_AsGeoJSON(transform_to_crs(geometry, crs), decimals, GEOJSON_OPTIONS), "null", type_=Text
    )


def build_feature_text(features: Subquery, view: FeatureView) -> ColumnElement[str]:
    """Build the SQL expression of a row of `features` as a GeoJSON feature.

    A whole feature begins with the column of `features` of type Opening, if there is one.
    """
    opening = _find_typed_columns(features, FeatureOpening)
    if opening and view == FeatureView():
        return concatenate_text(
            *_build_members(features, view, [*opening, *_find_typed_columns(features, JsonMembers)]), "}}"
        )
    return assemble_feature(
        features.c.id, build_geometry_text(features.c.geometry, view.crs), build_properties_text(features, view)
    )


def build_properties_text(features: Subquery, view: FeatureView) -> list[Any]:
    """Build the parts of the object of properties.

    Without a selection of names, the columns of `features` of type Members come first, then the other properties, in
    the order of their columns.
    """
    written = _find_typed_columns(features, JsonMembers) if view.properties is None else []
    return ["{", *_build_members(features, view, written), "}"]


def _build_members(features: Subquery, view: FeatureView, written: list[Any]) -> list[Any]:
    names = {name for column in written for name in column.type.names}
    others = [features.c[name] for name in list_property_names(features, view) if name not in names]
    first = [part for column in written for part in (column, ",")][:-1]
    return [*first, *build_json_members(others, follows=bool(first))]


def _find_typed_columns(features: Subquery, kind: type[JsonMembers]) -> list[Any]:
    return [column for column in features.c if type(column.type) is kind]


def assemble_feature(
    identity: ColumnElement[Any], geometry: ColumnElement[str], properties: Sequence[Any]
) -> ColumnElement[str]:
    """Build the SQL expression of a GeoJSON feature from the text of its geometry and the parts of its properties.

    Concatenated as text: building it as json parsed each geometry a second time.
    """
    beginning = (build_json_value(identity, '{"type":"Feature","id":'), ',"geometry":', geometry, ',"properties":')
    return concatenate_text(*beginning, *properties, "}")
