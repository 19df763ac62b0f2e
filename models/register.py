"""Recording entries of the register: new points get their identity, known ones a new version where it says more."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.ledgers import REGISTER
from models.news import Outcome, Row, record_news
from models.point_of_entry import PointOfEntry
from models.record_restrictions import day_range
from models.time_axes import SINCE_EVER


async def record_register(
    connection: AsyncConnection, entries: Sequence[Row], recorded_at: dt.datetime, changes_from: dt.date
) -> list[Outcome]:
    """Record the entries, each with `code` and the columns of REGISTER, and say for each what became of it.

    A point that is new is taken to have been there since ever, as a register does not say when one was opened.
    What it says otherwise of a known one holds from `changes_from` on, so that old days keep their answers.
    """
    codes = [entry["code"] for entry in entries]
    known = await point_ids(connection, codes)
    await _add_points(connection, sorted(set(codes) - known.keys()))
    ids = await point_ids(connection, codes)
    news = [
        {name: value for name, value in entry.items() if name != "code"}
        | {
            "point_of_entry_id": ids[entry["code"]],
            "valid_during": day_range(changes_from if entry["code"] in known else SINCE_EVER, None),
        }
        for entry in entries
    ]
    return await record_news(connection, REGISTER, news, recorded_at)


async def point_ids(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, int]:
    """The numbers of those of the points that exist, by code."""
    wanted = any_(cast(list(codes), ARRAY(Text)))
    rows = await connection.execute(select(PointOfEntry.code, PointOfEntry.id).where(PointOfEntry.code == wanted))
    return dict(rows.all())


async def _add_points(connection: AsyncConnection, codes: list[str]) -> None:
    if codes:
        rows: list[dict[str, Any]] = [{"code": code} for code in codes]
        await connection.execute(insert(PointOfEntry), rows)
