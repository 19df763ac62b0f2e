"""Recording of register entries: a new point gets its identity, an existing one a new version if its entry changes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_tables import REGISTER
from models.recording.bitemporal_update import Outcome, record_updates
from models.recording.restrictions import format_day_range
from models.tables.bitemporal import BEGINNING_OF_TIME, is_current
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion


async def record_register_entries(
    connection: AsyncConnection, entries: Sequence[Mapping[str, Any]], recorded_at: dt.datetime, changes_from: dt.date
) -> list[Outcome]:
    """Record the entries, each with `code` and the columns of `REGISTER`, and return the outcome of each.

    `counterpart` is the code of the point on the other side, of another entry or an existing point; None without a
    counterpart. A new point is valid since the beginning of time, as a register does not state when one was opened. A
    change to an existing point is valid from `changes_from` on, so that responses for old days do not change.
    """
    codes = [entry["code"] for entry in entries]
    existing = await fetch_point_ids(connection, codes)
    await _insert_points(connection, sorted(set(codes) - existing.keys()))
    counterparts = [entry["counterpart"] for entry in entries if entry.get("counterpart")]
    ids = await fetch_point_ids(connection, [*codes, *counterparts])
    news = [
        {name: value for name, value in entry.items() if name not in ("code", "counterpart")}
        | {
            "point_of_entry_id": ids[entry["code"]],
            "counterpart_id": ids.get(entry.get("counterpart") or "", entry["counterpart_id"]),
            "valid_during": format_day_range(changes_from if entry["code"] in existing else BEGINNING_OF_TIME, None),
        }
        for entry in entries
    ]
    return await record_updates(connection, REGISTER, news, recorded_at)


async def fetch_point_ids(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, int]:
    """Return the numbers of the existing points, by code."""
    wanted = any_(cast(list(codes), ARRAY(Text)))
    rows = await connection.execute(select(PointOfEntry.code, PointOfEntry.id).where(PointOfEntry.code == wanted))
    return dict(rows.all())


async def fetch_office_changed_codes(connection: AsyncConnection, codes: Sequence[str]) -> set[str]:
    """Return the codes with an entry that, on some day, comes from an office's submission."""
    return await _fetch_codes(connection, codes, PointOfEntryVersion.submission_id.is_not(None))


async def fetch_reviewed_codes(connection: AsyncConnection, codes: Sequence[str]) -> set[str]:
    """Return the codes with evidence, and the codes no longer in the register: a list without either has less
    information.
    """
    version = PointOfEntryVersion
    return await _fetch_codes(connection, codes, version.evidence.is_not(None) | (version.lifecycle != "active"))


async def _fetch_codes(connection: AsyncConnection, codes: Sequence[str], condition: ColumnElement[bool]) -> set[str]:
    version = PointOfEntryVersion
    wanted = any_(cast(list(codes), ARRAY(Text)))
    statement = select(version.code).where(version.code == wanted, is_current(version.recorded_during, None), condition)
    return set((await connection.scalars(statement)).all())


async def _insert_points(connection: AsyncConnection, codes: list[str]) -> None:
    if codes:
        rows: list[dict[str, Any]] = [{"code": code} for code in codes]
        await connection.execute(insert(PointOfEntry), rows)
