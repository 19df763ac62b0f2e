"""Extent of the records: countries, days and counts of the register."""

import datetime as dt
from typing import Any

from sqlalchemy import Date, Float, Select, case, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import array

from models.queries.filters import PointFilter, matches_register
from models.tables.bitemporal import ends_after, is_current
from models.tables.country_measure import CountryMeasure
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.restriction import Restriction

version = PointOfEntryVersion
WORLD_BBOX = (-180.0, -90.0, 180.0, 90.0)


def select_point_extent(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Select `box` (west, south, east, north, or null), `first_day` and `last_day` (null: open).

    The points are those in the register today; the days reach back to the first record of any point or country.
    """
    return select(
        _build_bbox(version.geometry),
        _select_first_day(Restriction, CountryMeasure).label("first_day"),
        null().cast(Date).label("last_day"),
    ).where(
        is_current(version.recorded_during, None), version.lifecycle == "active", version.valid_during.contains(today)
    )


def select_restriction_extent(_: dt.date) -> Select[*tuple[Any, ...]]:
    """Select the columns of `select_point_extent` for restrictions; all are null while there is none."""
    restriction, same_point = Restriction, version.point_of_entry_id == Restriction.point_of_entry_id
    ends_known = ~func.bool_or(func.upper_inf(restriction.valid_during))
    return (
        select(
            _build_bbox(version.geometry),
            _select_first_day(restriction).label("first_day"),
            case((ends_known, func.max(func.upper(restriction.valid_during)) - 1)).label("last_day"),
        )
        .select_from(restriction)
        .join(version, same_point & version.valid_during.contains(func.lower(restriction.valid_during)))
        .where(is_current(restriction.recorded_during, None), is_current(version.recorded_during, None))
    )


def select_country_extent(_: dt.date) -> Select[*tuple[Any, ...]]:
    """Select the columns of `select_point_extent` for countries: the world, over the days of their measures."""
    return select(
        array([literal(degrees, Float) for degrees in WORLD_BBOX]).label("box"),
        _select_first_day(CountryMeasure).label("first_day"),
        null().cast(Date).label("last_day"),
    )


def select_has_points() -> Select[bool]:
    """Select whether there is any point."""
    return select(select(version.id).exists())


def _select_first_day(*tables: Any) -> Any:  # noqa: ANN401 - mapped classes; a scalar subquery
    """Select the first day with a record; a measure between two countries is no level of either and does not count."""
    days = (
        select(func.min(func.lower(table.valid_during)).label("day")).where(
            is_current(table.recorded_during, None),
            *([CountryMeasure.origin_iso3.is_(None)] if table is CountryMeasure else []),
        )
        for table in tables
    )
    return select(func.min(union_all(*days).subquery().c.day)).scalar_subquery()


def _build_bbox(geometry: Any) -> Any:  # noqa: ANN401 - a geometry column; an array column
    box = func.ST_Extent(geometry)
    corners = array([func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box)])
    return case((func.count() > 0, corners)).label("box")


def count_register(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Count `points`, active on the filter's last day, and `countries` with such a point."""
    version = PointOfEntryVersion
    return (
        select(func.count().label("points"), func.count(version.iso3.distinct()).label("countries"))
        .where(matches_register(question), version.lifecycle == "active")
        .where(func.lower(version.valid_during) <= question.days.last)
        .where(ends_after(version.valid_during, question.days.last))
    )
