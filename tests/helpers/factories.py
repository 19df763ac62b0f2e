"""Points, restrictions and sources for tests: every column has a default, so that a test states what it is about."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.importer import read_sources
from models.recording.bitemporal_update import Outcome
from models.recording.geography import upsert_sources
from models.recording.register import fetch_point_ids, record_register_entries
from models.recording.register_changes import RegisterChange, record_register_changes
from models.recording.restrictions import MeasureRow, RestrictionUpdate, record_restrictions
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.country import Country
from models.tables.revision import begin_revision
from models.tables.source import Source

SQUARE = "SRID=4326;MULTIPOLYGON(((0 0, 0 1, 1 1, 1 0, 0 0)))"


def day(text: str) -> dt.date:
    """Return the day, written as month and day of 2020 ("03-01") or in full."""
    return dt.date.fromisoformat(text if len(text) > 5 else f"2020-{text}")


async def add_country(database: AsyncConnection, iso3: str = "FJI", iso2: str | None = None) -> None:
    row = {
        "iso3": iso3,
        "iso2": iso2 or iso3[:2],
        "name": iso3,
        "geometry": SQUARE,
        "label_point": "SRID=4326;POINT(0 0)",
    }
    if not await database.scalar(select(Country.iso3).where(Country.iso3 == iso3)):
        await database.execute(insert(Country).values(**row))


async def add_poe(
    database: AsyncConnection,
    code: str = "FJ-NAN",
    longitude: float = 177.4,
    latitude: float = -17.8,
    changes_from: dt.date = BEGINNING_OF_TIME,
    **columns: Any,
) -> int:
    """Put a point into the register, known since ever, and give its number; of a known one, what changes from a day."""
    entry = {
        "code": code, "name": code, "other_names": {}, "poe_type": "airport", "subtype": None, "iso3": "FJI",
        "other_iso3": None, "counterpart_id": None, "admin1_name": None, "admin1_code": None, "municipality": None,
        "iata": None, "icao": None, "unlocode": None, "official_status": "unknown", "ihr_designated": "unknown",
        "lifecycle": "active", "successor_id": None, "opening_hours": None,
        "geometry": f"SRID=4326;POINT({longitude} {latitude})", "coordinate_precision": "exact",
        "coordinate_source": None, "evidence": None, "transport": None, "side": None,
        "source_reference": None, "source_version": None, "licence": None, "details": {},
    } | columns  # fmt: skip
    await add_country(database, str(entry["iso3"]))
    entry["source_id"] = await fetch_source_id(database)
    recorded_at = await begin_revision(database, "test")
    await record_register_entries(database, [entry], recorded_at, changes_from)
    return (await fetch_point_ids(database, [code]))[code]


async def add_late_poe(database: AsyncConnection, code: str, first: str) -> int:
    """Put a point into the register that it has from a day on, and give its number."""
    await add_country(database)
    columns = {
        "name": code, "poe_type": "airport", "iso3": "FJI", "lifecycle": "active",
        "geometry": "SRID=4326;POINT(177.4 -17.8)",
    }  # fmt: skip
    change = RegisterChange(1, None, day(first), columns, code)
    about = {"source_id": await fetch_source_id(database), "submission_id": None}
    await record_register_changes(database, [change], **about, recorded_at=await begin_revision(database, "test"))
    return (await fetch_point_ids(database, [code]))[code]


async def fetch_source_id(database: AsyncConnection, code: str = "register") -> int:
    await upsert_sources(database, read_sources())
    return await database.scalar(select(Source.id).where(Source.code == code)) or 0


async def record_status(
    database: AsyncConnection,
    point: int,
    status: str,
    since: str,
    until: str | None = None,
    *,
    measures: Sequence[MeasureRow] = (),
    **columns: Any,
) -> tuple[Outcome, dt.datetime]:
    """Record that a status holds at the point from one day up to another; give the outcome and the record time."""
    columns.setdefault("source_id", await fetch_source_id(database))
    news = RestrictionUpdate(
        point_of_entry_id=point,
        valid_from=day(since),
        valid_to=day(until) if until else None,
        operational_status=status,
        measure_rows=tuple(measures),
        **columns,
    )
    recorded_at = await begin_revision(database, "test")
    return (await record_restrictions(database, [news], recorded_at))[0], recorded_at
