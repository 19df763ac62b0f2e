"""The one door for news: checked, recorded and answered in one transaction, or nothing at all.

A dry run goes through the same door and is rolled back, so that its answer says exactly what would happen.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import Caller
from api.entity_tag import history_etag
from api.messages.message import MessageError
from api.submissions.answer import Became, answer_of
from api.submissions.checked import Checked, CheckedRow
from api.submissions.differences import differences_of
from api.submissions.ground import checked_on_ground
from api.submissions.incoming import Incoming
from api.submissions.raw import RawSubmission
from api.submissions.repeats import find_repeated
from api.time_parameters import moment_text
from api.webhook_queue import queue_deliveries
from models.audit_trail import record_audit
from models.news import Outcome
from models.points_named import moments_of
from models.register_change import Entered, record_register_changes
from models.revision import begin_revision, take_turn
from models.submissions import keep_decision, keep_rows, keep_submission, office_source, submission_of_key
from models.update import record_reports

Json = dict[str, Any]
LONGEST_KEY = 255


class Refused(MessageError):
    """The submission was refused as a whole, and nothing of it is kept; `answer` says why, row by row."""

    def __init__(self, answer: Json) -> None:
        self.answer = answer
        super().__init__("refused", rejected=answer["counts"]["rejected"], rows=answer["counts"]["rows"])


class RefusedForeign(Refused):
    """Some of the rows are about countries for which the key may not write."""


class KeyTooLong(MessageError):
    """The Idempotency-Key is longer than any that would be kept."""


class KeyReused(MessageError):
    """The Idempotency-Key came before, with another body."""


class PointMoved(MessageError):
    """What is recorded of a point has changed since the sender looked; the message names it."""


async def submit(
    connection: AsyncConnection,
    caller: Caller,
    incoming: Incoming,
    raw: RawSubmission,
    now: dt.datetime,
    *,
    if_match: Collection[str] | None = None,
    dry_run: bool = False,
) -> Json:
    """Take the submission in, inside the caller's transaction, and give the answer.

    `raw` is what was read of it; reading takes longest and needs no database, so it is done before. `if_match`
    holds ETags of the points that the sender has seen. Raises Refused, KeyTooLong, KeyReused, PointMoved.
    """
    await take_turn(connection)
    if (before := await sent_before(connection, caller, incoming)) is not None:
        return before
    may_be_repeated = if_match is None and not dry_run
    if may_be_repeated and (repeated := await find_repeated(connection, caller, incoming, now)) is not None:
        return repeated
    accepting = {iso3 for iso3 in caller.countries if caller.may_review(iso3)}
    checked = await checked_on_ground(connection, raw, caller.countries, accepting, now.date())
    refuse_errors(checked, partial=incoming.partial)
    await refuse_moved(connection, sorted({row.point.id for row in checked.rows if row.point}), if_match)
    if dry_run:
        return await tried(connection, caller, checked, "dry_run")
    number = await _kept(connection, caller, incoming, checked.rows, now)
    if caller.needs_review:
        answer = await tried(connection, caller, checked, "waiting")
        return await decided(connection, caller, answer | {"id": number}, now)
    source_id = await office_source(connection, caller.office_code, caller.office_name)
    return await publish(connection, caller, number, checked, now, source_id=source_id)


async def publish(
    connection: AsyncConnection,
    decider: Caller,
    number: int,
    checked: Checked,
    now: dt.datetime,
    *,
    source_id: int,
    remark: str | None = None,
) -> Json:
    """Record the good rows of a kept submission, by the decision of `decider`, and give the answer.

    `source_id` is the source of the office that sent it.
    """
    recorded_at = await begin_revision(connection, f"submission {number}")
    became = await _recorded(connection, checked, source_id, number, recorded_at)
    await queue_deliveries(connection, number, recorded_at)
    answer = answer_of(checked, became, None, state="published")
    answer |= {"id": number, "recorded_at": moment_text(recorded_at)}
    return await decided(connection, decider, answer, now, recorded_at=recorded_at, remark=remark)


async def tried(connection: AsyncConnection, caller: Caller, checked: Checked, state: str) -> Json:
    """The answer that recording the rows now would give, with what each would change; it is done, and undone."""
    undone = await connection.begin_nested()
    differences = await differences_of(connection, checked)
    recorded_at = await begin_revision(connection, "tried")
    source = await office_source(connection, caller.office_code, caller.office_name)
    became = await _recorded(connection, checked, source, None, recorded_at)
    await undone.rollback()
    return answer_of(checked, became, differences, state=state)


async def _recorded(
    connection: AsyncConnection,
    checked: Checked,
    source_id: int,
    submission_id: int | None,
    recorded_at: dt.datetime,
) -> Became:
    """Record the changes of the register and the reports, and say what became of each, by row."""
    entered = await record_register_changes(
        connection, checked.changes, source_id=source_id, submission_id=submission_id, recorded_at=recorded_at
    )
    outcomes = await record_reports(
        connection, checked.reports, source_id=source_id, submission_id=submission_id, recorded_at=recorded_at
    )
    return {**entered, **{row: _together(outcome, entered.get(row)) for row, outcome in outcomes.items()}}


def _together(reported: Outcome, entered: Entered | None) -> Outcome | Entered:
    """What became of a row by its report, or by its opening hours where only these were news."""
    return reported if entered is None or reported.outcome != "unchanged" else entered


async def sent_before(connection: AsyncConnection, caller: Caller, incoming: Incoming) -> Json | None:
    """The answer that was given when the same was sent with the same Idempotency-Key, else None.

    Raises KeyTooLong, KeyReused.
    """
    if not incoming.idempotency_key:
        return None
    if len(incoming.idempotency_key) > LONGEST_KEY:
        raise KeyTooLong("key_too_long", length=len(incoming.idempotency_key), most=LONGEST_KEY)
    found = (await connection.execute(submission_of_key(caller.office_id, incoming.idempotency_key))).first()
    if found is None:
        return None
    if found.body_sha256 != incoming.digest:
        raise KeyReused("key_reused", key=incoming.idempotency_key)
    before: Json = found.first_answer
    return before


def refuse_errors(checked: Checked, *, partial: bool) -> None:
    """Raises Refused or RefusedForeign if nothing of it can be taken."""
    if checked.is_refused(partial=partial):
        foreign = any(problem.code == "foreign_country" for problem in checked.errors)
        answer = answer_of(checked, {}, None, state="refused")
        raise RefusedForeign(answer) if foreign else Refused(answer)


async def refuse_moved(connection: AsyncConnection, points: Sequence[int], if_match: Collection[str] | None) -> None:
    """Raises PointMoved if what is recorded of one of the points is not what the sender has seen of it."""
    if if_match is None or "*" in if_match:
        return
    for code, moment in await connection.execute(moments_of(points)):
        if history_etag(code, moment) not in if_match:
            raise PointMoved("point_moved", point=code, etag=history_etag(code, moment))


async def _kept(
    connection: AsyncConnection, caller: Caller, incoming: Incoming, rows: Sequence[CheckedRow], now: dt.datetime
) -> int:
    number = await keep_submission(
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
    given = [
        {
            "number": row.raw.number,
            "given": row.raw.values | ({"measures": list(row.raw.measures)} if row.raw.measures else {}),
            "point_of_entry_id": row.point.id if row.point else None,
            "iso3": row.iso3,
        }
        for row in rows
    ]
    await keep_rows(connection, number, given)
    return number


async def decided(
    connection: AsyncConnection,
    decider: Caller,
    answer: Json,
    now: dt.datetime,
    *,
    recorded_at: dt.datetime | None = None,
    remark: str | None = None,
) -> Json:
    """Keep what was decided of the submission that the answer names, in its history and in the audit trail."""
    state, number = answer["state"], answer["id"]
    await keep_decision(
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
