"""Rows of a response as text, from which files are written."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Double, Select, Subquery, Text, case, cast, func, literal, null, select

from geo.crs import CRS84, Crs, transform_to_crs
from geo.geojson import FeatureView, build_feature_text, build_geometry_text, build_properties_text, list_property_names
from geo.sql_csv import build_csv_line
from geo.sql_json import build_json_value, concatenate_text


def select_feature_texts(
    features: Subquery, order: Sequence[ColumnElement[Any]], cursor: ColumnElement[Any], view: FeatureView
) -> Select[Any]:
    """Select one row per feature: its GeoJSON text, and the cursor."""
    return select(build_feature_text(features, view), cursor).select_from(features).order_by(*order)


def select_json_fg_texts(
    features: Subquery,
    order: Sequence[ColumnElement[Any]],
    cursor: ColumnElement[Any],
    view: FeatureView,
    interval: tuple[str, str] | None,
) -> Select[Any]:
    """Select one row per feature: its text as JSON-FG (OGC 21-045r1), and the cursor.

    Its time is the interval between the days in these two columns, without the day of the second; its place is its
    geometry in the view's system, if that differs from the system that `geometry` always has.
    """
    is_plain = view.crs is None or view.crs == CRS84
    text = concatenate_text(
        build_json_value(features.c.id, '{"type":"Feature","id":'),
        ',"time":',
        _build_interval(features, interval),
        ',"place":',
        "null" if is_plain else build_geometry_text(features.c.geometry, view.crs),
        ',"geometry":',
        build_geometry_text(features.c.geometry, None if view.crs is None else CRS84),
        ',"properties":',
        *build_properties_text(features, view),
        "}",
    )
    return select(text, cursor).select_from(features).order_by(*order)


def _build_interval(features: Subquery, columns: tuple[str, str] | None) -> ColumnElement[Any]:
    if columns is None:
        return literal("null")
    first, end = (features.c[name] for name in columns)
    last = func.coalesce(cast(end - 1, Text), "..")
    interval = func.json_build_object("interval", func.json_build_array(first, last))
    return case((first.is_(None), "null"), else_=cast(interval, Text))


def select_row_texts(
    features: Subquery,
    order: Sequence[ColumnElement[Any]],
    cursor: ColumnElement[Any],
    view: FeatureView,
    *,
    as_table: bool,
) -> Select[Any]:
    """Select one row per feature: a JSON array of its place and its properties, as text, and the cursor.

    In a table the place is a longitude and a latitude, of a point on the surface if the geometry is no point. In other
    formats it is the geometry as hexadecimal WKB with the easting first, in any order of the axes.
    """
    geometry = features.c.geometry
    place = _build_surface_coordinates(geometry) if as_table else [_build_hex_wkb(geometry, view.crs)]
    columns = [features.c[name] for name in list_property_names(features, view)]
    return select(cast(func.json_build_array(*place, *columns), Text), cursor).order_by(*order)


def select_csv_lines(
    features: Subquery, order: Sequence[ColumnElement[Any]], cursor: ColumnElement[Any], view: FeatureView
) -> Select[Any]:
    """Select one row per feature: longitude and latitude, as in a table, and its properties; the cursor."""
    place = [] if view.crs is None else _build_surface_coordinates(features.c.geometry)
    columns = [features.c[name] for name in list_property_names(features, view)]
    return select(build_csv_line([*place, *columns]), cursor).order_by(*order)


def _build_surface_coordinates(geometry: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    point = func.ST_PointOnSurface(geometry)
    return [func.ST_X(point, type_=Double), func.ST_Y(point, type_=Double)]


def _build_hex_wkb(geometry: ColumnElement[Any], crs: Crs | None) -> ColumnElement[Any]:
    if crs is None:
        # A bound null has no type in PostgreSQL without a cast.
        return cast(null(), Text)
    as_is = Crs(crs.uri, crs.srid, crs.name)
    return func.encode(func.ST_AsBinary(transform_to_crs(geometry, as_is)), "hex")
