"""Statements of the days with data: days on which points were reported, and days on which countries had levels."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from models.queries.country_columns import LEVEL_INDICATORS
from models.queries.filters import PointFilter, is_in_countries, matches_register
from models.tables.assessment import Assessment
from models.tables.bitemporal import END_OF_TIME_SQL, ends_after, is_current, subtract_days
from models.tables.country_measure import CountryMeasure
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.restriction import Restriction

Statement = Select[*tuple[Any, ...]]
version = PointOfEntryVersion
ASSESSMENTS, STATUSES, CHANGED_LEVELS = "assessments", "statuses_begun", "levels_changed"
WEEK_DAYS = 7


def select_report_span(question: PointFilter) -> Statement:
    """Select `first_day` and `last_day` of reports among the filter's days; null without reports.

    A point was reported on the day of an assessment, and on the first day of a reported status. Each end is looked up
    in an index.
    """
    parts = (_select_assessed_days(question), _select_status_starts(question))
    return select(
        func.least(*(_select_end(func.min, part) for part in parts)).label("first_day"),
        func.greatest(*(_select_end(func.max, part) for part in parts)).label("last_day"),
    )


def select_level_span(question: PointFilter) -> Statement:
    """Select `first_day` and `last_day` as `select_report_span` does, of the days with levels of countries; an open end
    is the last day.

    The last day is the day up to which half of the countries have levels: the levels of one country may continue a week
    longer.
    """
    measure = CountryMeasure
    first, end = func.lower(measure.valid_during), cast(question.days.last, Date)
    last = func.max(func.coalesce(func.upper(measure.valid_during), END_OF_TIME_SQL))
    of_country = (
        select(func.min(first).label("first"), case((last > end, end), else_=subtract_days(last, 1)).label("last"))
        .where(_is_level(question), first <= question.days.last)
        .group_by(measure.imposing_iso3)
        .subquery("of_country")
    )
    half = func.percentile_disc(0.5, type_=Date).within_group(of_country.c.last)
    return select(func.min(of_country.c.first).label("first_day"), half.label("last_day"))


def count_by_week(question: PointFilter) -> Any:  # noqa: ANN401 - SQLAlchemy's compound select
    """Count assessments, statuses that began, and changed levels of countries, on the filter's days: `week`, the first
    day of an ISO week, `kind` and `number`.
    """
    kinds = {
        ASSESSMENTS: _select_assessed_days(question),
        STATUSES: _select_status_starts(question),
        CHANGED_LEVELS: _select_level_starts(question),
    }
    return union_all(*(_group_by_week(days, kind) for kind, days in kinds.items()))


def select_latest_report_box(question: PointFilter) -> Statement:
    """Select `box` (west, south, east, north) of the points reported in the week up to the filter's last day; null
    without reports. East is beyond 180 if the box crosses the antimeridian.
    """
    week = subtract_days(question.days.last, WEEK_DAYS)
    parts = (
        part.where(part.selected_columns.day > week)
        for part in (_select_assessed_days(question), _select_status_starts(question))
    )
    points = union(*(select(part.subquery().c.point) for part in parts)).subquery()
    flat = func.ST_Extent(version.geometry)
    shifted = func.ST_Extent(func.ST_ShiftLongitude(version.geometry))
    boxes = (
        select(flat.label("flat"), shifted.label("shifted"))
        .where(is_current(version.recorded_during, question.as_known_at))
        .where(version.point_of_entry_id.in_(select(points.c.point)))
        .where(func.lower(version.valid_during) <= question.days.last)
        .where(ends_after(version.valid_during, question.days.last))
        .subquery()
    )
    narrow = _compute_width(boxes.c.shifted) < _compute_width(boxes.c.flat)
    corners = case((narrow, _build_corners(boxes.c.shifted)), else_=_build_corners(boxes.c.flat))
    return select(case((boxes.c.flat.is_not(None), corners)).label("box"))


def _select_assessed_days(question: PointFilter) -> Statement:
    known = true() if question.as_known_at is None else Assessment.recorded_at <= question.as_known_at
    day = Assessment.assessed_on
    days = day.between(question.days.first, question.days.last)
    point = Assessment.point_of_entry_id
    return select(day.label("day"), point.label("point")).where(known, days, _matches_countries(point, question))


def _select_status_starts(question: PointFilter) -> Statement:
    day, point = func.lower(Restriction.valid_during), Restriction.point_of_entry_id
    is_known = is_current(Restriction.recorded_during, question.as_known_at)
    days = day.between(question.days.first, question.days.last)
    return select(day.label("day"), point.label("point")).where(is_known, days, _matches_countries(point, question))


def _select_level_starts(question: PointFilter) -> Statement:
    day = func.lower(CountryMeasure.valid_during)
    days = day.between(question.days.first, question.days.last)
    return select(day.label("day"), CountryMeasure.id.label("point")).where(_is_level(question), days)


def _is_level(question: PointFilter) -> ColumnElement[bool]:
    """Build the SQL condition on CountryMeasure that it is a level imposed on everybody, as on maps and in reports."""
    measure = CountryMeasure
    return and_(
        is_current(measure.recorded_during, question.as_known_at),
        measure.indicator.in_(LEVEL_INDICATORS),
        measure.origin_iso3.is_(None),
        is_in_countries(measure.imposing_iso3, question),
    )


def _matches_countries(point: Any, question: PointFilter) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Build the SQL condition that the point is in a country of the filter; true without a country filter."""
    if question.iso3s is None and question.regions is None:
        return true()
    is_asked_for: ColumnElement[bool] = point.in_(select(version.point_of_entry_id).where(matches_register(question)))
    return is_asked_for


def _select_end(of: Any, days: Statement) -> Any:  # noqa: ANN401 - func.min or func.max; a scalar subquery
    day = days.selected_columns.day
    return days.with_only_columns(of(day)).scalar_subquery()


def _group_by_week(days: Statement, kind: str) -> Statement:
    day = days.selected_columns.day
    monday = cast(func.date_trunc("week", day), Date)
    return days.with_only_columns(
        monday.label("week"), literal(kind, String).label("kind"), func.count().label("number")
    ).group_by(monday)


def _compute_width(box: Any) -> ColumnElement[float]:  # noqa: ANN401 - a column of boxes
    width: ColumnElement[float] = func.ST_XMax(box) - func.ST_XMin(box)
    return width


def _build_corners(box: Any) -> Any:  # noqa: ANN401 - a column of boxes; an array
    return array([func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box)])
