"""How far each collection reaches, in space and in time."""

import datetime as dt
from typing import Any

from sqlalchemy import Date, Float, Select, case, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import array

from models.country_measure import CountryMeasure
from models.point_of_entry import PointOfEntryVersion
from models.restriction import Restriction
from models.time_axes import believed

version = PointOfEntryVersion
WORLD = (-180.0, -90.0, 180.0, 90.0)


def point_extent(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Statement giving `box` (west, south, east, north, or null), `first_day` and `last_day` (null: open).

    Of the points listed today; they reach back as far as anything is known of them or of their countries.
    """
    return select(
        _corners(version.geometry),
        _first_day(Restriction, CountryMeasure).label("first_day"),
        null().cast(Date).label("last_day"),
    ).where(
        believed(version.recorded_during, None), version.lifecycle == "active", version.valid_during.contains(today)
    )


def restriction_extent(_: dt.date) -> Select[*tuple[Any, ...]]:
    """Statement like `point_extent`, of restrictions; all is null while there is none."""
    restriction, same_point = Restriction, version.point_of_entry_id == Restriction.point_of_entry_id
    ends_known = ~func.bool_or(func.upper_inf(restriction.valid_during))
    return (
        select(
            _corners(version.geometry),
            _first_day(restriction).label("first_day"),
            case((ends_known, func.max(func.upper(restriction.valid_during)) - 1)).label("last_day"),
        )
        .select_from(restriction)
        .join(version, same_point & version.valid_during.contains(func.lower(restriction.valid_during)))
        .where(believed(restriction.recorded_during, None), believed(version.recorded_during, None))
    )


def country_extent(_: dt.date) -> Select[*tuple[Any, ...]]:
    """Statement like `point_extent`, of countries: the world, over the days of their measures."""
    return select(
        array([literal(degrees, Float) for degrees in WORLD]).label("box"),
        _first_day(CountryMeasure).label("first_day"),
        null().cast(Date).label("last_day"),
    )


def has_data() -> Select[bool]:
    """Statement giving whether there is a point to answer with."""
    return select(select(version.id).exists())


def _first_day(*tables: Any) -> Any:  # noqa: ANN401 - mapped classes; a scalar subquery
    """The first day of which anything is known; what holds between two countries is no level of either."""
    days = (
        select(func.min(func.lower(table.valid_during)).label("day")).where(
            believed(table.recorded_during, None),
            *([CountryMeasure.origin_iso3.is_(None)] if table is CountryMeasure else []),
        )
        for table in tables
    )
    return select(func.min(union_all(*days).subquery().c.day)).scalar_subquery()


def _corners(geometry: Any) -> Any:  # noqa: ANN401 - a geometry column; an array column
    box = func.ST_Extent(geometry)
    corners = array([func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box)])
    return case((func.count() > 0, corners)).label("box")
