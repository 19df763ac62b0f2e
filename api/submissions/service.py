"""Service for submissions, the only way to record updates: validate, record and answer in one transaction.

A dry run takes the same path and is rolled back, so that its answer is exactly the answer of a real run.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller
from api.messages.message import MessageError
from api.responses.etag import build_history_etag
from api.submissions.repeats import find_earlier_answer, find_repeated
from api.submissions.result import RowOutcomes, build_answer
from api.submissions.row_kinds import ROW_KINDS, RowKind, UpdateOutcome
from api.submissions.rows import RawSubmission, ValidatedRow, ValidatedSubmission
from api.submissions.submission import IncomingSubmission
from api.submissions.validate import validate_submission
from api.subscriptions.webhooks.outbox import queue_deliveries
from api.values.datetimes import format_moment
from models.accounts.audit_trail import record_audit
from models.accounts.submissions import (
    ensure_office_source,
    store_decision,
    store_submission,
    store_submission_rows,
)
from models.tables.revision import acquire_write_lock, begin_revision
from models.validation.point_lookup import select_change_moments

Json = dict[str, Any]


class Refused(MessageError):
    """Error of a submission that was refused as a whole and not stored; `answer` has the reasons by row."""

    def __init__(self, answer: Json) -> None:
        self.answer = answer
        super().__init__("refused", rejected=answer["counts"]["rejected"], rows=answer["counts"]["rows"])


class RefusedForeign(Refused):
    """Error of a submission with rows about countries for which the key may not write."""


class PointMoved(MessageError):
    """Error of a change to a point's records since the sender read them; the message names the point."""


async def submit(
    connection: AsyncConnection,
    caller: Caller,
    incoming: IncomingSubmission,
    raw: RawSubmission,
    now: dt.datetime,
    *,
    if_match: Collection[str] | None = None,
    dry_run: bool = False,
) -> Json:
    """Record the submission in the caller's transaction, and return the answer.

    `raw` are the rows of the file: reading takes longest and needs no database, so it comes first. `if_match` holds the
    ETags of points that the sender has read. Raises Refused, KeyTooLong, KeyReused, PointMoved.
    """
    await acquire_write_lock(connection)
    if (before := await find_earlier_answer(connection, caller, incoming)) is not None:
        return before
    may_be_repeated = if_match is None and not dry_run
    if may_be_repeated and (repeated := await find_repeated(connection, caller, incoming, now)) is not None:
        return repeated
    accepting = {iso3 for iso3 in caller.countries if caller.may_review(iso3)}
    checked = await validate_submission(connection, raw, caller.countries, accepting, now.date())
    refuse_errors(checked, partial=incoming.partial)
    await refuse_moved_points(connection, sorted({row.point.id for row in checked.rows if row.point}), if_match)
    if dry_run:
        return await try_submission(connection, caller, checked, "dry_run")
    number = await _store_submission(connection, caller, incoming, checked.rows, now)
    if caller.needs_review:
        answer = await try_submission(connection, caller, checked, "waiting")
        return await record_decision(connection, caller, answer | {"id": number}, now)
    source_id = await ensure_office_source(connection, caller.office_code, caller.office_name)
    return await record_submission(connection, caller, number, checked, now, source_id=source_id)


async def record_submission(
    connection: AsyncConnection,
    decider: Caller,
    number: int,
    checked: ValidatedSubmission,
    now: dt.datetime,
    *,
    source_id: int,
    remark: str | None = None,
) -> Json:
    """Record the good rows of a stored submission, by the decision of `decider`, and return the answer.

    `source_id` is the source of the sender's office.
    """
    recorded_at = await begin_revision(connection, f"submission {number}")
    became = await _record_rows(connection, checked, source_id, number, recorded_at)
    await queue_deliveries(connection, number, recorded_at)
    answer = build_answer(checked, became, None, state="published")
    answer |= {"id": number, "recorded_at": format_moment(recorded_at)}
    return await record_decision(connection, decider, answer, now, recorded_at=recorded_at, remark=remark)


async def try_submission(connection: AsyncConnection, caller: Caller, checked: ValidatedSubmission, state: str) -> Json:
    """Record the rows, roll back, and return the answer with the changes of each row."""
    undone = await connection.begin_nested()
    differences = await _fetch_differences(connection, checked.rows)
    recorded_at = await begin_revision(connection, "tried")
    source = await ensure_office_source(connection, caller.office_code, caller.office_name)
    became = await _record_rows(connection, checked, source, None, recorded_at)
    await undone.rollback()
    return build_answer(checked, became, differences, state=state)


async def _fetch_differences(connection: AsyncConnection, rows: Sequence[ValidatedRow]) -> dict[int, Json]:
    """Return the differences of each row, of all its kinds. Call this before the rows are recorded."""
    differences: dict[int, Json] = {}
    for kind in ROW_KINDS:
        of_kind = [row for row in rows if row.get_update(kind.update) is not None]
        for row, members in (await kind.fetch_differences(connection, of_kind)).items():
            differences.setdefault(row, {}).update(members)
    return differences


async def _record_rows(
    connection: AsyncConnection,
    checked: ValidatedSubmission,
    source_id: int,
    submission_id: int | None,
    recorded_at: dt.datetime,
) -> RowOutcomes:
    """Record the updates of each kind, and return the outcomes by row.

    A row with two updates, such as a report with opening hours, has the outcome of the later kind; if that one is
    unchanged, of the earlier.
    """
    outcomes: dict[int, tuple[RowKind, UpdateOutcome]] = {}
    for kind in ROW_KINDS:
        updates = checked.list_updates(kind.update)
        about = {"source_id": source_id, "submission_id": submission_id, "recorded_at": recorded_at}
        for row, outcome in (await kind.record(connection, updates, **about)).items():
            if row not in outcomes or outcome.outcome != "unchanged":
                outcomes[row] = kind, outcome
    return outcomes


def refuse_errors(checked: ValidatedSubmission, *, partial: bool) -> None:
    """Refuse a submission without acceptable rows, with Refused or RefusedForeign."""
    if checked.is_refused(partial=partial):
        foreign = any(problem.code == "foreign_country" for problem in checked.errors)
        answer = build_answer(checked, {}, None, state="refused")
        raise RefusedForeign(answer) if foreign else Refused(answer)


async def refuse_moved_points(
    connection: AsyncConnection, points: Sequence[int], if_match: Collection[str] | None
) -> None:
    """Check that the sender has read the current records of each point, or raise PointMoved."""
    if if_match is None or "*" in if_match:
        return
    for code, moment in await connection.execute(select_change_moments(points)):
        if build_history_etag(code, moment) not in if_match:
            raise PointMoved("point_moved", point=code, etag=build_history_etag(code, moment))


async def _store_submission(
    connection: AsyncConnection,
    caller: Caller,
    incoming: IncomingSubmission,
    rows: Sequence[ValidatedRow],
    now: dt.datetime,
) -> int:
    number = await store_submission(
        connection,
        office_id=caller.office_id,
        api_key_id=caller.key_id,
        received_at=now,
        media_type=incoming.media_type,
        file_name=incoming.file_name,
        body=incoming.body,
        body_sha256=incoming.digest,
        partial=incoming.partial,
        idempotency_key=incoming.idempotency_key or None,
    )
    await store_submission_rows(connection, number, rows)
    return number


async def record_decision(
    connection: AsyncConnection,
    decider: Caller,
    answer: Json,
    now: dt.datetime,
    *,
    recorded_at: dt.datetime | None = None,
    remark: str | None = None,
) -> Json:
    """Store the decision on the submission in its history and in the audit trail, and return the answer."""
    state, number = answer["state"], answer["id"]
    await store_decision(
        connection,
        submission_id=number,
        decision=state,
        decided_at=now,
        api_key_id=decider.key_id,
        recorded_at=recorded_at,
        remark=remark,
        answer=answer,
    )
    await record_audit(
        connection,
        at=now,
        api_key_id=decider.key_id,
        action=f"submission.{state}",
        subject=f"submission {number}",
        detail={"counts": answer["counts"]} | ({"remark": remark} if remark else {}),
    )
    return answer
