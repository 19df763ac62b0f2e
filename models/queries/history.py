"""All records of one point, on both time axes."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from geo.sql_json import build_json_members, concatenate_text
from models.tables.assessment import Assessment, HealthCapacity
from models.tables.bitemporal import BEGINNING_OF_TIME_SQL
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.point_properties import POINT_PROPERTIES
from models.tables.restriction import Restriction, RestrictionMeasure
from models.tables.revision import select_latest_revision
from models.tables.source import Source
from models.validation.point_lookup import select_all_change_moments

Statement = Select[*tuple[Any, ...]]


@cache
def select_point_history() -> Statement:
    """Select one row for the point of the parameter `code`: its number `point`, `name`, its records, and moments.

    The records are `register`, `restrictions`, `health_capacities` and `assessments`, each a list as JSON. `moment` is
    their last change, `revision` the revision of the database. `point` is null if there is no such point.

    One statement, because with five the history of sixty records took four times as long.
    """
    point = select_point_id(bindparam("code", type_=Text)).cte("point")
    number = select(point.c.id).scalar_subquery()
    register = select_register_history(number)
    last_changed = select_all_change_moments().where(PointOfEntry.id == number).subquery()
    return select(
        number.label("point"),
        register.with_only_columns(PointOfEntryVersion.name).limit(1).scalar_subquery().label("name"),
        _build_json_list(register).label("register"),
        _build_json_list(select_restriction_history(number)).label("restrictions"),
        _build_json_list(select_capacity_history(number)).label("health_capacities"),
        _build_json_list(select_assessment_history(number)).label("assessments"),
        select(last_changed.c.moment).scalar_subquery().label("moment"),
        select_latest_revision().scalar_subquery().label("revision"),
    )


def _build_json_list(statement: Statement) -> ColumnElement[str]:
    """Build the SQL expression of the rows of the statement as a JSON list, in its order."""
    row = statement.subquery()
    rows = select(func.string_agg(concatenate_text("{", *build_json_members(list(row.c)), "}"), ",")).scalar_subquery()
    return concatenate_text("[", rows, "]")


def select_point_id(code: Any) -> Select[int]:  # noqa: ANN401 - text or a parameter
    """Select the point's number, unless the point is only a proposal."""
    public = select(PointOfEntryVersion.id).where(
        PointOfEntryVersion.point_of_entry_id == PointOfEntry.id, PointOfEntryVersion.lifecycle != "proposed"
    )
    return select(PointOfEntry.id).where(PointOfEntry.code == code, public.exists())


def select_register_history(point: Any) -> Statement:  # noqa: ANN401 - a number or an expression
    """Select each version of the point's entry, the latest record about the latest days first."""
    version = PointOfEntryVersion
    return _order_newest_first(
        select(
            *(getattr(version, column).label(name) for name, column in _list_register_columns()),
            version.source_reference,
            func.ST_X(version.geometry).label("longitude"),
            func.ST_Y(version.geometry).label("latitude"),
            version.details,
            Source.name.label("source"),
            *_build_time_columns(version),
        )
        .join(Source, Source.id == version.source_id)
        .where(version.point_of_entry_id == point, version.lifecycle != "proposed"),
        version,
    )


def _list_register_columns() -> list[tuple[str, str]]:
    """List name and column of each property of the history, the countries after the codes."""
    columns = [(each.name, each.column) for each in POINT_PROPERTIES if each.in_history and each.column]
    countries = [(name, column) for name, column in columns if name != column]
    others = [(name, column) for name, column in columns if name == column]
    place = others.index(("unlocode", "unlocode")) + 1
    return [*others[:place], *countries, *others[place:]]


def select_restriction_history(point: Any) -> Statement:  # noqa: ANN401 - a number or an expression
    """Select each restriction with its measures row by row."""
    named = ("id", "operational_status", "status_group", "measures", "affected_populations", "expected_duration")
    more = ("announced_end", "source_type", "source_url", "confidence", "comment", "remainder_of_id")
    return _order_newest_first(
        select(
            *(getattr(Restriction, name) for name in named),
            select_measure_rows().label("measure_rows"),
            *(getattr(Restriction, name) for name in more),
            Source.name.label("source"),
            *_build_time_columns(Restriction),
        )
        .join(Source, Source.id == Restriction.source_id)
        .where(Restriction.point_of_entry_id == point),
        Restriction,
    )


def select_capacity_history(point: Any) -> Statement:  # noqa: ANN401 - a number or an expression
    """Select each record of the point's capacity for public health."""
    capacity = HealthCapacity
    return _order_newest_first(
        select(capacity.indicator, capacity.value, Source.name.label("source"), *_build_time_columns(capacity))
        .join(Source, Source.id == capacity.source_id)
        .where(capacity.point_of_entry_id == point),
        capacity,
    )


def select_assessment_history(point: Any) -> Statement:  # noqa: ANN401 - a number or an expression
    """Select each assessment of the point, the latest first."""
    named = ("assessed_on", "recorded_at", "estimated_daily_inflow", "estimated_daily_outflow", "comment")
    return (
        select(*(getattr(Assessment, name) for name in named), Source.name.label("source"))
        .join(Source, Source.id == Assessment.source_id)
        .where(Assessment.point_of_entry_id == point)
        .order_by(Assessment.assessed_on.desc(), Assessment.recorded_at.desc())
    )


def select_measure_rows(number: Any = Restriction.id) -> Any:  # noqa: ANN401 - a column; a scalar subquery
    """Select the measures of the restriction of this number, as a list of objects."""
    named = ("measure", "direction", "traffic", "affected_populations", "nationality_rule", "nationalities")
    pairs = [part for name in (*named, "is_exception", "comment") for part in (name, getattr(RestrictionMeasure, name))]
    row = func.jsonb_build_object(*pairs)
    rows = select(
        func.coalesce(func.jsonb_agg(aggregate_order_by(row, RestrictionMeasure.id)), func.jsonb_build_array())
    )
    return rows.where(RestrictionMeasure.restriction_id == number).scalar_subquery()


def _build_time_columns(table: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a mapped class
    return [
        func.nullif(func.lower(table.valid_during), BEGINNING_OF_TIME_SQL, type_=Date).label("valid_from"),
        func.upper(table.valid_during, type_=Date).label("valid_to"),
        func.lower(table.recorded_during).label("recorded_from"),
        func.upper(table.recorded_during).label("recorded_to"),
    ]


def _order_newest_first(statement: Statement, table: Any) -> Statement:  # noqa: ANN401 - a mapped class
    return statement.order_by(func.lower(table.recorded_during).desc(), func.lower(table.valid_during).desc(), table.id)
