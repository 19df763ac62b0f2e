"""Transaction time of a response."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.revision import select_latest_revision


class AsOf(NamedTuple):
    """Moment of knowledge of a response.

    `moment` is that of the last change in the response; a request with it as `as_known_at` gets an equal result.
    `as_known_at` goes into the query: None when no later change exists, so that the query uses the smaller index.
    """

    moment: dt.datetime
    as_known_at: dt.datetime | None


async def resolve_as_of(connection: AsyncConnection, as_known_at: dt.datetime | None) -> AsOf:
    """Resolve `as_known_at`. A moment after the last change, even in the future, means the current state."""
    latest = await connection.scalar(select_latest_revision())
    if latest is None:
        return AsOf(as_known_at or dt.datetime.now(dt.UTC), as_known_at)
    if as_known_at is None or as_known_at >= latest:
        return AsOf(latest, None)
    return AsOf(await connection.scalar(select_latest_revision(as_known_at)) or as_known_at, as_known_at)
