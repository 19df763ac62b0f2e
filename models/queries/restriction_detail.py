"""Statements of one restriction in full, to record it again with changes."""

import datetime as dt
from typing import Any

from sqlalchemy import Date, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.queries.history import select_measure_rows
from models.tables.bitemporal import is_current
from models.tables.point_of_entry import PointOfEntry
from models.tables.restriction import Restriction

RestrictionDetail = Row[*tuple[Any, ...]]


class RestrictionSuperseded(ValueError):
    """Error that the record was superseded without a single successor; the message lists the successors."""


def select_restriction_detail(number: int) -> Select[*tuple[Any, ...]]:
    """Select the record with its point's code, its days, and its measures row by row."""
    columns = ("id", "point_of_entry_id", "operational_status", "measures", "affected_populations", "expected_duration")
    more = ("announced_end", "source_type", "source_url", "confidence", "source_note", "comment")
    return (
        select(
            PointOfEntry.code,
            *(getattr(Restriction, name) for name in (*columns, *more)),
            select_measure_rows().label("measure_rows"),
            func.lower(Restriction.valid_during, type_=Date).label("valid_from"),
            func.upper(Restriction.valid_during, type_=Date).label("valid_to"),
            func.upper(Restriction.recorded_during).label("closed_at"),
        )
        .join(PointOfEntry, PointOfEntry.id == Restriction.point_of_entry_id)
        .where(Restriction.id == number)
    )


async def fetch_current_restriction(connection: AsyncConnection, number: int) -> RestrictionDetail | None:
    """Fetch the record, or its successor; None if the number never existed.

    Users of a map edit the same feature again without reloading it. Raise `RestrictionSuperseded` if there is not
    exactly one successor.
    """
    record = (await connection.execute(select_restriction_detail(number))).one_or_none()
    while record is not None and record.closed_at is not None:
        successors = (await connection.scalars(_select_successors(record.id, record.closed_at))).all()
        if len(successors) != 1:
            now = ", ".join(map(str, successors)) or "nothing"
            raise RestrictionSuperseded(f"record {number} was superseded; current records for its days: {now}")
        record = (await connection.execute(select_restriction_detail(successors[0]))).one_or_none()
    return record


def _select_successors(number: int, closed_at: dt.datetime) -> Select[int]:
    """Select the records that began when this one was closed and that cover some of its days."""
    closed = select(Restriction).where(Restriction.id == number).subquery()
    return select(Restriction.id).where(
        Restriction.point_of_entry_id == closed.c.point_of_entry_id,
        Restriction.valid_during.overlaps(closed.c.valid_during),
        func.lower(Restriction.recorded_during) == closed_at,
    )


def select_current_restriction_id(point: int, day: dt.date) -> Select[int]:
    """Select the number of the point's current record for the day."""
    return select(Restriction.id).where(
        Restriction.point_of_entry_id == point,
        Restriction.valid_during.contains(day),
        is_current(Restriction.recorded_during, None),
    )
