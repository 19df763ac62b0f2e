"""Detection of repeated submissions: a client without an answer sends an addition again."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller
from api.submissions.submission import IncomingSubmission
from models.accounts.submissions import (
    select_has_current_point,
    select_has_current_restriction,
    select_latest_submission,
)

Json = dict[str, Any]
# Programs repeat within a minute, people within a few minutes. Later, an equal body is a new submission.
REPEAT_WINDOW = dt.timedelta(minutes=10)


async def find_repeated(
    connection: AsyncConnection, caller: Caller, incoming: IncomingSubmission, now: dt.datetime
) -> Json | None:
    """Return the answer to equal bytes from this key within WINDOW if they added something, or None.

    An addition is a point of entry, or for a single item also a restriction. A record that was removed since, or
    returned by a reviewer, can be added again. An Idempotency-Key alone identifies a request that has one.
    """
    if incoming.idempotency_key:
        return None
    earlier = select_latest_submission(caller.key_id, incoming.digest, since=now - REPEAT_WINDOW)
    found = (await connection.execute(earlier)).first()
    if found is None or not await _is_addition_current(connection, incoming, found.answer):
        return None
    answer: Json = found.answer
    return answer


async def _is_addition_current(connection: AsyncConnection, incoming: IncomingSubmission, answer: Json) -> bool:
    """Return whether any record that the answer lists as added is current, or waits for review."""
    points = [row["point"] for row in answer["rows"] if row["outcome"] == "added" and "lifecycle" in row]
    if answer["state"] == "waiting":
        return bool(points) or incoming.adds_item
    if answer["state"] != "published":
        return False
    records = [row["record"] for row in answer["rows"] if "record" in row] if incoming.adds_item else []
    return bool(
        (points and await connection.scalar(select_has_current_point(points)))
        or (records and await connection.scalar(select_has_current_restriction(records)))
    )
