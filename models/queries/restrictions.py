"""Statements of the restrictions collection: one row per record, at its point."""

from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Select, case, cast, func, select

from geo.sql_json import ExplicitTimestamp
from models.queries.filters import PointFilter, is_one_of, matches_register
from models.tables.bitemporal import is_current, overlaps
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.restriction import Restriction
from models.tables.source import Source

version = PointOfEntryVersion
restriction = Restriction


def select_restrictions(question: PointFilter) -> Select[*tuple[Any, ...]]:
    """Select one row per restriction that holds on one of the days: `key`, `id`, `geometry`, properties.

    The geometry of a restriction is the location of its point on the day it began.
    """
    return (
        select(
            restriction.id.label("key"),
            restriction.id.label("id"),
            version.geometry.label("geometry"),
            restriction.id.label("record"),
            *_build_point_columns(),
            *_build_restriction_columns(question),
        )
        .select_from(_join_point())
        .join(PointOfEntry, PointOfEntry.id == restriction.point_of_entry_id)
        .join(Country, Country.iso3 == version.iso3)
        .join(Source, Source.id == restriction.source_id)
        .where(_matches_filter(question))
    )


def count_restrictions(question: PointFilter) -> Select[int]:
    """Count the restrictions that match."""
    return select(func.count()).select_from(_join_point()).where(_matches_filter(question))


def _join_point() -> Any:  # noqa: ANN401 - a join
    same_point = version.point_of_entry_id == restriction.point_of_entry_id
    at_its_start = version.valid_during.contains(func.lower(restriction.valid_during))
    return Restriction.__table__.join(PointOfEntryVersion.__table__, same_point & at_its_start)


def _matches_filter(question: PointFilter) -> ColumnElement[bool]:
    condition = matches_register(question) & (version.lifecycle != "proposed")
    if question.identity is not None:
        # A superseded record can still be looked up by its number.
        return condition & (restriction.id == question.identity)
    condition &= is_current(restriction.recorded_during, question.as_known_at)
    condition &= overlaps(restriction.valid_during, question.days)
    if question.status_groups is not None:
        condition &= is_one_of(restriction.status_group, question.status_groups)
    if question.operational_statuses is not None:
        condition &= is_one_of(restriction.operational_status, question.operational_statuses)
    return condition


def _build_point_columns() -> list[ColumnElement[Any]]:
    return [
        PointOfEntry.code.label("code"),
        version.name.label("name"),
        version.poe_type.label("poe_type"),
        version.iso3.label("country"),
        func.coalesce(Country.display_name, Country.name).label("country_name"),
        version.other_iso3.label("other_country"),
        version.iata.label("iata"),
        version.unlocode.label("unlocode"),
    ]


def _build_restriction_columns(question: PointFilter) -> list[ColumnElement[Any]]:
    closed_at: ColumnElement[Any] = func.upper(restriction.recorded_during, type_=DateTime(timezone=True))
    if question.as_known_at is not None:
        # As of a moment before it was superseded, the record has no end.
        closed_at = case((closed_at <= question.as_known_at, closed_at))
    return [
        restriction.operational_status.label("operational_status"),
        restriction.status_group.label("status_group"),
        restriction.measures.label("measures"),
        restriction.affected_populations.label("affected_populations"),
        restriction.expected_duration.label("expected_duration"),
        restriction.announced_end.label("announced_end"),
        func.lower(restriction.valid_during, type_=Date).label("valid_from"),
        func.upper(restriction.valid_during, type_=Date).label("valid_to"),
        _build_midnight(func.lower(restriction.valid_during)).label("start_datetime"),
        _build_midnight(func.upper(restriction.valid_during)).label("end_datetime"),
        func.lower(restriction.recorded_during, type_=DateTime(timezone=True)).label("recorded_from"),
        closed_at.label("recorded_to"),
        Source.name.label("source"),
        restriction.source_url.label("source_url"),
        restriction.confidence.label("confidence"),
        restriction.comment.label("comment"),
    ]


def _build_midnight(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """Build the SQL expression of the moment at which the day begins in UTC, in any time zone of the connection."""
    return func.timezone("UTC", cast(day, DateTime), type_=ExplicitTimestamp(timezone=True))
