"""Review of waiting submissions: preview the changes, then publish or return them."""

import asyncio
import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller, Forbidden
from api.database.write_queue import Writers
from api.exceptions import NotFound
from api.messages.message import MessageError
from api.submissions.limits import get_limits
from api.submissions.readers.registry import read_submission
from api.submissions.rows import RawSubmission, ValidatedSubmission
from api.submissions.service import Json, record_decision, record_submission, refuse_errors, try_submission
from api.submissions.upload_space import ByteCounter
from api.submissions.validate import validate_submission
from models.accounts.offices import select_writable_countries
from models.accounts.submissions import (
    ensure_office_source,
    select_submission,
    select_submission_body,
    select_submission_countries,
)
from models.tables.revision import acquire_write_lock


class NotWaiting(MessageError):
    """Error of a submission that was already published or returned; the message names its state."""


async def read_waiting(writers: Writers, caller: Caller, number: int, take: ByteCounter) -> RawSubmission:
    """Read the rows of a waiting submission; parsing its file may take seconds, and holds no connection.

    `take` receives the file's size. Raises the errors of `take` and of `load_waiting_submission`.
    """
    async with writers.check(caller.office_id) as connection:
        await load_waiting_submission(connection, caller, number)
        body, media_type, file_name = (await connection.execute(select_submission_body(number))).one()
    take(len(body))
    return await asyncio.to_thread(read_submission, body, media_type, file_name, get_limits())


async def compute_changes(connection: AsyncConnection, caller: Caller, number: int, raw: RawSubmission) -> Json:
    """Return the changes, row by row, of publishing the waiting submission now: publish it and roll back.

    `raw` are its rows, from `read_waiting`.
    """
    found = await load_waiting_submission(connection, caller, number)
    checked = await _validate_again(connection, caller, found, raw)
    return await try_submission(connection, caller, checked, "waiting") | {"id": number}


async def publish_waiting(
    connection: AsyncConnection, caller: Caller, number: int, raw: RawSubmission, remark: str | None, now: dt.datetime
) -> Json:
    """Publish the submission; rows that are no longer valid (a point was retired since) refuse it like a new one.

    `raw` are its rows, from `read_waiting`.
    """
    await acquire_write_lock(connection)
    found = await load_waiting_submission(connection, caller, number)
    checked = await _validate_again(connection, caller, found, raw)
    refuse_errors(checked, partial=found.partial)
    source_id = await ensure_office_source(connection, found.office, found.office_name)
    return await record_submission(connection, caller, number, checked, now, source_id=source_id, remark=remark)


async def return_waiting(
    connection: AsyncConnection, caller: Caller, number: int, remark: str, now: dt.datetime
) -> Json:
    """Return the submission to its office with a remark; no row is recorded."""
    await acquire_write_lock(connection)
    found = await load_waiting_submission(connection, caller, number)
    return await record_decision(connection, caller, found.answer | {"state": "returned"}, now, remark=remark)


async def load_waiting_submission(connection: AsyncConnection, caller: Caller, number: int) -> Any:  # noqa: ANN401 - a row
    """Load a waiting submission if the caller may review all of its countries. Raises NotFound, NotWaiting."""
    _refuse_other_roles(caller)
    found = (await connection.execute(select_submission(number))).first()
    if found is None or not await may_review(connection, caller, number):
        raise NotFound(f"no submission {number} that this key may review")
    if found.decision != "waiting":
        raise NotWaiting("not_waiting", number=number, state=found.decision)
    return found


def _refuse_other_roles(caller: Caller) -> None:
    """Refuse other roles before the lookup: the existence of a submission is not public."""
    if caller.role not in {"reviewer", "admin"}:
        raise Forbidden(f"a key of role {caller.role} does not review")


async def may_review(connection: AsyncConnection, caller: Caller, number: int) -> bool:
    """Return whether the caller may review all of the submission's countries. Raises Forbidden for other roles."""
    _refuse_other_roles(caller)
    countries = (await connection.scalars(select_submission_countries(number))).all()
    return all(caller.may_review(iso3) for iso3 in countries)


async def _validate_again(
    connection: AsyncConnection,
    caller: Caller,
    found: Any,  # noqa: ANN401 - a row
    raw: RawSubmission,
) -> ValidatedSubmission:
    """Check the rows against the current records, with the day of receipt. Publishing a new point accepts it."""
    writable = frozenset((await connection.scalars(select_writable_countries(found.office_id))).all())
    accepting = {iso3 for iso3 in writable if caller.may_review(iso3)}
    return await validate_submission(connection, raw, writable, accepting, found.received_at.date())
