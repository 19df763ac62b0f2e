"""Recording of observations: the state of a point on one day, valid until the next change."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, any_, cast, func, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.assessments import record_assessments
from models.recording.bitemporal_tables import HEALTH_CAPACITIES, RESTRICTIONS, BitemporalTable
from models.recording.bitemporal_update import Outcome, record_updates
from models.recording.restrictions import (
    MeasureRow,
    RestrictionUpdate,
    find_first_after,
    format_day_range,
    record_restrictions,
)
from models.tables.assessment import Assessment
from models.tables.bitemporal import is_current

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """State of a point on a day; `health` pairs an indicator of health capacity with its value."""

    point_of_entry_id: int
    seen_on: dt.date
    operational_status: str
    source_id: int
    confidence: str
    measures: tuple[MeasureRow, ...] = ()
    affected_populations: tuple[str, ...] = ()
    expected_duration: str | None = None
    announced_end: dt.date | None = None
    source_type: str | None = None
    source_url: str | None = None
    comment: str | None = None
    estimated_daily_inflow: int | None = None
    estimated_daily_outflow: int | None = None
    health: tuple[tuple[str, str], ...] = ()

    def restriction(self, end: dt.date | None) -> RestrictionUpdate:
        return RestrictionUpdate(
            point_of_entry_id=self.point_of_entry_id,
            valid_from=self.seen_on,
            valid_to=end,
            operational_status=self.operational_status,
            source_id=self.source_id,
            measure_rows=self.measures,
            populations=self.affected_populations,
            expected_duration=self.expected_duration,
            announced_end=self.announced_end,
            source_type=self.source_type,
            source_url=self.source_url,
            confidence=self.confidence,
            comment=self.comment,
        )

    def health_capacities(self) -> Iterator[dict[str, Any]]:
        about = {"point_of_entry_id": self.point_of_entry_id, "source_id": self.source_id, "seen_on": self.seen_on}
        return (about | {"indicator": indicator, "value": value} for indicator, value in self.health)

    def assessment(self) -> dict[str, Any]:
        return {
            "point_of_entry_id": self.point_of_entry_id,
            "assessed_on": self.seen_on,
            "estimated_daily_inflow": self.estimated_daily_inflow,
            "estimated_daily_outflow": self.estimated_daily_outflow,
            "source_id": self.source_id,
            "comment": self.comment,
        }


@dataclass(frozen=True, slots=True)
class ObservationOutcomes:
    """Outcomes of observations: of each restriction, of each health capacity, and the number of new assessments."""

    restrictions: list[Outcome]
    health_capacities: list[Outcome]
    assessments: int


async def record_observations(
    connection: AsyncConnection, observations: Sequence[Observation], recorded_at: dt.datetime
) -> ObservationOutcomes:
    """Record the observations, at most one per point and day, or raise `ContradictoryUpdates`."""
    seen = [{"point_of_entry_id": each.point_of_entry_id, "seen_on": each.seen_on} for each in observations]
    health = [capacity for each in observations for capacity in each.health_capacities()]
    ends = await find_end_days(connection, RESTRICTIONS, seen)
    health_ends = await find_end_days(connection, HEALTH_CAPACITIES, health)
    restrictions = [each.restriction(end) for each, end in zip(observations, ends, strict=True)]
    return ObservationOutcomes(
        await record_restrictions(connection, restrictions, recorded_at),
        await record_updates(connection, HEALTH_CAPACITIES, _build_health_updates(health, health_ends), recorded_at),
        await record_assessments(connection, [each.assessment() for each in observations], recorded_at),
    )


def _build_health_updates(health: Sequence[Row], ends: Sequence[dt.date | None]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in each.items() if name != "seen_on"}
        | {"valid_during": format_day_range(each["seen_on"], end)}
        for each, end in zip(health, ends, strict=True)
    ]


async def find_end_days(
    connection: AsyncConnection, ledger: BitemporalTable, seen: Sequence[Row]
) -> list[dt.date | None]:
    """Find for each observation the first day of the next record, or None: the observation covers the days before.

    Each of `seen` has the columns of `ledger.key`, `point_of_entry_id` among them, and `seen_on`. An observation ends
    at the next observation of the same subject in `seen`, at the start of the next current record, or at the next day
    on which an assessment confirmed a current record. So late information about an old day never overrides newer
    information.
    """
    days: dict[tuple[Any, ...], set[dt.date]] = defaultdict(set)
    for row in seen:
        days[_get_key(ledger, row)].add(row["seen_on"])
    points = sorted({row["point_of_entry_id"] for row in seen})
    for *key, day in await connection.execute(_select_record_days(ledger, points)):
        days[tuple(key)].add(day)
    in_order = {key: sorted(key_days) for key, key_days in days.items()}
    return [find_first_after(in_order[_get_key(ledger, row)], row["seen_on"]) for row in seen]


def _get_key(ledger: BitemporalTable, row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in ledger.key)


def _select_record_days(ledger: BitemporalTable, points: list[int]) -> CompoundSelect[*tuple[Any, ...]]:
    """Select key and day: the first days of current records of the points, and the days of assessments that confirm
    them.

    An update that repeats the current state leaves no record of its own, only an assessment.
    """
    record = ledger.table.columns
    key = [record[column] for column in ledger.key]
    of_points = record.point_of_entry_id == any_(cast(points, ARRAY(BigInteger)))
    now_believed = of_points & is_current(record.recorded_during, None)
    starts = select(*key, func.lower(record.valid_during)).where(now_believed)
    same_day = record.valid_during.contains(Assessment.assessed_on)
    at_point = (Assessment.point_of_entry_id == record.point_of_entry_id) & same_day
    confirmed = select(*key, Assessment.assessed_on).join(Assessment, at_point).where(now_believed)
    return union(starts, confirmed)
