"""Record when a key was last used, without delaying the request."""

import asyncio
import datetime as dt
import logging

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from models.accounts.api_keys import update_last_used

log = logging.getLogger(__name__)
LOCK_WAIT = text("SET LOCAL lock_timeout = '2s'")
pending_notes: dict[str, asyncio.Task[None]] = {}
# One at a time, so that all of them need one connection.
note_lock = asyncio.Lock()


def note_key_use(engine: AsyncEngine, prefix: str, now: dt.datetime) -> None:
    """Record the use soon, in a separate transaction.

    In the request's transaction the record would be undone whenever the request is refused, and would block the key's
    revocation as long as the request takes.
    """
    if prefix in pending_notes:
        return
    pending_notes[prefix] = asyncio.create_task(_note(engine, prefix, now))
    pending_notes[prefix].add_done_callback(lambda _: pending_notes.pop(prefix, None))


async def wait_for_key_uses() -> None:
    """Wait until all uses are recorded."""
    await asyncio.gather(*pending_notes.values())


async def _note(engine: AsyncEngine, prefix: str, now: dt.datetime) -> None:
    try:
        async with note_lock, engine.begin() as connection:
            await connection.execute(LOCK_WAIT)
            await connection.execute(update_last_used(prefix, now))
    except (SQLAlchemyError, OSError):
        log.warning("the use of key %s could not be recorded", prefix, exc_info=True)
