"""The background of maps: countries, borders and names, and more detail at higher zoom levels."""

from sqlalchemy import ColumnElement, Integer, Subquery, bindparam, case, func, select

from geo.tile_shapes import build_tile_box
from models.tables.basemap_layer import BasemapLake, BasemapLine, BasemapTown
from models.tables.border import Border
from models.tables.country import Country

# Minimum areas of labels of rank 1, 2 and so on: 15, 40, 79, 131 and 189 of our 250 countries and areas.
RANK_MIN_AREAS_KM2 = (1_900_000, 700_000, 250_000, 50_000, 1_000)
DISPLAY_NAME = func.coalesce(Country.display_name, Country.name)


def select_basemap_countries() -> Subquery:
    """Select the shape of each country that reaches into the tile, with its code and name."""
    rows = select(Country.geometry, Country.iso3, DISPLAY_NAME.label("name"))
    return rows.where(Country.geometry.intersects(build_tile_box())).subquery("country_shape")


def select_basemap_borders() -> Subquery:
    """Select the borders and coasts that reach into the tile; the pieces of equal sides are one line."""
    sides = (Border.iso3, Border.other_iso3, Border.disputed)
    rows = select(func.ST_Collect(Border.geometry).label("geometry"), *sides).group_by(*sides)
    return rows.where(Border.geometry.intersects(build_tile_box())).subquery("border_line")


def select_basemap_labels() -> Subquery:
    """Select the label point of each country, its names, and its rank by size: 1 the largest, 6 the smallest.

    A name that does not exist in a language is null.
    """
    names = (
        DISPLAY_NAME.label("name"),
        DISPLAY_NAME.label("name_en"),
        Country.name_fr,
        Country.name_es,
        Country.name_ar,
    )
    point = Country.label_point.label("geometry")
    return select(point, Country.iso3, *names, _build_rank().label("rank")).subquery("label")


def select_basemap_lines(kind: str) -> Subquery:
    """Select the lines of a kind that reach into the tile; lines of equal name and rank are one line."""
    drawn = (BasemapLine.name, BasemapLine.rank)
    rows = select(func.ST_Collect(BasemapLine.geometry).label("geometry"), *drawn).group_by(*drawn)
    wanted = (BasemapLine.kind == kind, BasemapLine.least_zoom <= _bind_zoom())
    return rows.where(*wanted, BasemapLine.geometry.intersects(build_tile_box())).subquery("basemap_line")


def select_basemap_lakes() -> Subquery:
    """Select the lakes that reach into the tile."""
    rows = select(BasemapLake.geometry, BasemapLake.name, BasemapLake.rank)
    wanted = BasemapLake.least_zoom <= _bind_zoom()
    return rows.where(wanted, BasemapLake.geometry.intersects(build_tile_box())).subquery("lake")


def select_basemap_lake_labels() -> Subquery:
    """Select a point on each lake that has a name, near the tile."""
    point = func.ST_PointOnSurface(BasemapLake.geometry).label("geometry")
    rows = select(point, BasemapLake.name, BasemapLake.rank)
    wanted = (BasemapLake.name.is_not(None), BasemapLake.least_zoom <= _bind_zoom())
    return rows.where(*wanted, BasemapLake.geometry.intersects(build_tile_box())).subquery("lake_label")


def select_basemap_towns() -> Subquery:
    """Select the towns by the tile, with their names: null in a language that uses the English name."""
    names = (BasemapTown.name, BasemapTown.name_fr, BasemapTown.name_es, BasemapTown.name_ar)
    rows = select(BasemapTown.geometry, *names, BasemapTown.rank)
    wanted = BasemapTown.least_zoom <= _bind_zoom()
    return rows.where(wanted, BasemapTown.geometry.intersects(build_tile_box())).subquery("town")


def _bind_zoom() -> ColumnElement[int]:
    return bindparam("tile_z", type_=Integer)


def _build_rank() -> ColumnElement[int]:
    ranks = ((Country.area_km2 >= area, rank) for rank, area in enumerate(RANK_MIN_AREAS_KM2, 1))
    return case(*ranks, else_=len(RANK_MIN_AREAS_KM2) + 1)
