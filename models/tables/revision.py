"""Table of the record clock: one row for every published change, in the order in which readers see the changes."""

import datetime as dt

from sqlalchemy import Select, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, attach_ddl, enforce_append_only

# Key of `connection.info` that marks a transaction with a published change.
REVISION_STARTED = "began_revision"
# Channel that announces each change, with its moment, to all listeners.
REVISION_CHANNEL = "crossings_revision"
ANNOUNCE_REVISION = f"""
CREATE OR REPLACE FUNCTION announce_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('{REVISION_CHANNEL}', NEW.recorded_at::text);
    RETURN NULL;
END $$
"""
REVISION_TRIGGER = """
CREATE TRIGGER revision_announced AFTER INSERT ON revision FOR EACH ROW EXECUTE FUNCTION announce_revision()
"""


class Revision(Base):
    """Moment of a change to the published data."""

    __tablename__ = "revision"

    recorded_at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    reason: Mapped[str]


enforce_append_only(Revision)
attach_ddl(Base.metadata, "before_create", ANNOUNCE_REVISION)
attach_ddl(Revision.__table__, "after_create", REVISION_TRIGGER)


def select_latest_revision(as_known_at: dt.datetime | None = None) -> Select[dt.datetime]:
    """Select the moment of the last change, or of the last one at or before `as_known_at`."""
    moments = select(Revision.recorded_at).order_by(Revision.recorded_at.desc()).limit(1)
    return moments if as_known_at is None else moments.where(Revision.recorded_at <= as_known_at)


async def acquire_write_lock(connection: AsyncConnection) -> None:
    """Acquire the lock of the only writer of updates until the transaction ends; readers do not wait.

    Writers wait for one another, so that record times are in the order of commits: a reader of a revision can request
    it again, as of its moment, and get the same response.
    """
    # A foreign key is checked by a statement for each row; with a new plan each time, this took three times as long.
    await connection.execute(text("SET LOCAL plan_cache_mode = auto"))
    await connection.execute(text("LOCK TABLE revision IN EXCLUSIVE MODE"))


async def begin_revision(connection: AsyncConnection, reason: str) -> dt.datetime:
    """Acquire the write lock, and return the record time of the transaction.

    With the time taken before the lock, a slow writer published into the past of a reader.
    """
    await acquire_write_lock(connection)
    # greatest() ignores the null of an empty table.
    after_the_last = func.max(Revision.recorded_at) + dt.timedelta(microseconds=1)
    moment = select(func.greatest(func.clock_timestamp(), after_the_last), literal(reason))
    statement = insert(Revision).from_select(["recorded_at", "reason"], moment).returning(Revision.recorded_at)
    recorded_at: dt.datetime = (await connection.execute(statement)).scalar_one()
    connection.info[REVISION_STARTED] = True
    return recorded_at
