"""Recording of register entries: a new point gets its identity, an existing one a new version if its entry changes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledgers import REGISTER
from models.news import Outcome, Row, record_news
from models.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.record_restrictions import day_range
from models.time_axes import SINCE_EVER, believed


async def record_register(
    connection: AsyncConnection, entries: Sequence[Row], recorded_at: dt.datetime, changes_from: dt.date
) -> list[Outcome]:
    """Record the entries, each with `code` and the columns of `REGISTER`, and return the outcome of each.

    `counterpart` is the code of the point on the other side, of another entry or an existing point; None without a
    counterpart. A new point is valid since the beginning of time, as a register does not state when one was opened. A
    change to an existing point is valid from `changes_from` on, so that responses for old days do not change.
    """
    codes = [entry["code"] for entry in entries]
    existing = await point_ids(connection, codes)
    await _add_points(connection, sorted(set(codes) - existing.keys()))
    counterparts = [entry["counterpart"] for entry in entries if entry.get("counterpart")]
    ids = await point_ids(connection, [*codes, *counterparts])
    news = [
        {name: value for name, value in entry.items() if name not in ("code", "counterpart")}
        | {
            "point_of_entry_id": ids[entry["code"]],
            "counterpart_id": ids.get(entry.get("counterpart") or "", entry["counterpart_id"]),
            "valid_during": day_range(changes_from if entry["code"] in existing else SINCE_EVER, None),
        }
        for entry in entries
    ]
    return await record_news(connection, REGISTER, news, recorded_at)


async def point_ids(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, int]:
    """Return the numbers of the existing points, by code."""
    wanted = any_(cast(list(codes), ARRAY(Text)))
    rows = await connection.execute(select(PointOfEntry.code, PointOfEntry.id).where(PointOfEntry.code == wanted))
    return dict(rows.all())


async def changed_by_offices(connection: AsyncConnection, codes: Sequence[str]) -> set[str]:
    """Return the codes with an entry that, on some day, comes from an office's submission."""
    return await _codes_where(connection, codes, PointOfEntryVersion.submission_id.is_not(None))


async def reviewed_points(connection: AsyncConnection, codes: Sequence[str]) -> set[str]:
    """Return the codes with evidence, and the codes no longer in the register: a list without either has less
    information.
    """
    version = PointOfEntryVersion
    return await _codes_where(connection, codes, version.evidence.is_not(None) | (version.lifecycle != "active"))


async def _codes_where(connection: AsyncConnection, codes: Sequence[str], condition: ColumnElement[bool]) -> set[str]:
    version = PointOfEntryVersion
    wanted = any_(cast(list(codes), ARRAY(Text)))
    statement = select(version.code).where(version.code == wanted, believed(version.recorded_during, None), condition)
    return set((await connection.scalars(statement)).all())


async def _add_points(connection: AsyncConnection, codes: list[str]) -> None:
    if codes:
        rows: list[dict[str, Any]] = [{"code": code} for code in codes]
        await connection.execute(insert(PointOfEntry), rows)
