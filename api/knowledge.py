"""What the service knew: the moment whose knowledge an answer gives."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from models.revision import latest_revision


class Knowledge(NamedTuple):
    """`moment` is that of the last change the answer knows of, to be asked for again with the same result.

    `as_known_at` goes into the question: None when nothing newer is known, which takes the smaller index.
    """

    moment: dt.datetime
    as_known_at: dt.datetime | None


async def knowledge_at(connection: AsyncConnection, asked: dt.datetime | None) -> Knowledge:
    """The knowledge to answer from. A moment after the last change, even one to come, means what is known now."""
    latest = await connection.scalar(latest_revision())
    if latest is None:
        return Knowledge(asked or dt.datetime.now(dt.UTC), asked)
    if asked is None or asked >= latest:
        return Knowledge(latest, None)
    return Knowledge(await connection.scalar(latest_revision(asked)) or asked, asked)
