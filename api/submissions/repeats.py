"""Detection of repeated submissions: by their Idempotency-Key, or by their bytes if they added something."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller
from api.messages.message import MessageError
from api.submissions.row_kinds import ROW_KINDS
from api.submissions.submission import IncomingSubmission
from models.accounts.submissions import select_idempotent_submission, select_latest_submission

Json = dict[str, Any]
# Programs repeat within a minute, people within a few minutes. Later, an equal body is a new submission.
REPEAT_WINDOW = dt.timedelta(minutes=10)
MAX_KEY_CHARACTERS = 255


class KeyTooLong(MessageError):
    """Error of an Idempotency-Key that is too long to store."""


class KeyReused(MessageError):
    """Error of an Idempotency-Key that was used before with another body."""


async def find_earlier_answer(connection: AsyncConnection, caller: Caller, incoming: IncomingSubmission) -> Json | None:
    """Return the first answer to the body with this Idempotency-Key, or None.

    Raises KeyTooLong, KeyReused.
    """
    if not incoming.idempotency_key:
        return None
    if len(incoming.idempotency_key) > MAX_KEY_CHARACTERS:
        raise KeyTooLong("key_too_long", length=len(incoming.idempotency_key), most=MAX_KEY_CHARACTERS)
    found = (await connection.execute(select_idempotent_submission(caller.office_id, incoming.idempotency_key))).first()
    if found is None:
        return None
    if found.body_sha256 != incoming.digest:
        raise KeyReused("key_reused", key=incoming.idempotency_key)
    before: Json = found.first_answer
    return before


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
    kinds = [kind for kind in ROW_KINDS if kind.repeats_in_files or incoming.adds_item]
    added = [(kind, additions) for kind in kinds if (additions := kind.list_additions(answer["rows"]))]
    if answer["state"] == "waiting":
        return bool(added) or incoming.adds_item
    if answer["state"] != "published":
        return False
    for kind, additions in added:
        if await connection.scalar(kind.select_has_current(additions)):
            return True
    return False
