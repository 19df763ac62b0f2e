"""Statements that store submissions and their decisions, and read them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, any_, cast, func, insert, lateral, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bulk_rows import encode_json_rows
from models.tables.bitemporal import is_current
from models.tables.office import ApiKey, Office
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.restriction import Restriction
from models.tables.source import Source
from models.tables.submission import Submission, SubmissionDecision, SubmissionRow

Statement = Select[*tuple[Any, ...]]


async def ensure_office_source(connection: AsyncConnection, office_code: str, office_name: str) -> int:
    """Return the number of the source of the office's records; insert or rename the source if needed."""
    values = {"code": f"office-{office_code}", "name": office_name}
    statement = insert_or(Source).values(**values)
    statement = statement.on_conflict_do_update(index_elements=["code"], set_={"name": office_name})
    return (await connection.execute(statement.returning(Source.id))).scalar_one()


async def store_submission(connection: AsyncConnection, **columns: Any) -> int:  # noqa: ANN401 - columns of the table
    """Store a submission as it arrived, and return its number."""
    return (await connection.execute(insert(Submission).values(**columns).returning(Submission.id))).scalar_one()


async def store_submission_rows(connection: AsyncConnection, submission_id: int, rows: Sequence[object]) -> None:
    """Store the rows as they arrived, each with ROW_COLUMNS, as for `encode_json_rows`."""
    await connection.execute(STORE_ROWS, {"id": submission_id, "rows": await encode_json_rows(rows, ROW_COLUMNS)})


ROW_COLUMNS = ("number", "given", "point_of_entry_id", "iso3")
STORE_ROWS = text("""
    INSERT INTO submission_row (submission_id, number, given, point_of_entry_id, iso3)
    SELECT :id, number, given, point_of_entry_id, iso3
    FROM jsonb_populate_recordset(NULL::submission_row, CAST(:rows AS jsonb))
""")


async def store_decision(connection: AsyncConnection, **columns: Any) -> None:  # noqa: ANN401 - columns of the table
    await connection.execute(insert(SubmissionDecision).values(**columns))


def select_submissions() -> Statement:
    """Select each submission with its latest decision, its office and the prefix of its key.

    `first_answer` is the first response to its sender.
    """
    latest = lateral(
        select(SubmissionDecision)
        .where(SubmissionDecision.submission_id == Submission.id)
        .order_by(SubmissionDecision.id.desc())
        .limit(1)
    ).alias("latest")
    first = lateral(
        select(SubmissionDecision.answer)
        .where(SubmissionDecision.submission_id == Submission.id)
        .order_by(SubmissionDecision.id)
        .limit(1)
    ).alias("first")
    return (
        select(
            Submission.id,
            Submission.office_id,
            Office.code.label("office"),
            Office.name.label("office_name"),
            ApiKey.prefix.label("key"),
            Submission.received_at,
            Submission.media_type,
            Submission.file_name,
            Submission.partial,
            Submission.idempotency_key,
            Submission.body_sha256,
            latest.c.decision,
            latest.c.decided_at,
            latest.c.recorded_at,
            latest.c.remark,
            latest.c.answer,
            first.c.answer.label("first_answer"),
        )
        .select_from(Submission)
        .join(latest, true())
        .join(first, true())
        .join(Office, Office.id == Submission.office_id)
        .join(ApiKey, ApiKey.id == Submission.api_key_id)
    )


def select_idempotent_submission(office_id: int, idempotency_key: str) -> Statement:
    """Select the office's submission with this Idempotency-Key."""
    return select_submissions().where(Submission.office_id == office_id, Submission.idempotency_key == idempotency_key)


def select_latest_submission(api_key_id: int, body_sha256: bytes, *, since: dt.datetime) -> Statement:
    """Select the key's latest submission of these bytes since a moment, without an Idempotency-Key."""
    return (
        select_submissions()
        .where(
            Submission.api_key_id == api_key_id,
            Submission.body_sha256 == body_sha256,
            Submission.received_at >= since,
            Submission.idempotency_key.is_(None),
        )
        .order_by(Submission.id.desc())
        .limit(1)
    )


def select_has_current_point(codes: Sequence[str]) -> Select[bool]:
    """Select whether any of the points is in the register now, active or proposed."""
    current = select(PointOfEntryVersion.id).where(
        PointOfEntryVersion.point_of_entry_id == PointOfEntry.id,
        PointOfEntry.code == any_(cast(list(codes), ARRAY(Text))),
        is_current(PointOfEntryVersion.recorded_during, None),
        func.upper_inf(PointOfEntryVersion.valid_during),
        PointOfEntryVersion.lifecycle.in_(("active", "proposed")),
    )
    return select(current.exists())


def select_has_current_restriction(numbers: Sequence[int]) -> Select[bool]:
    """Select whether any of the records was not superseded."""
    current = select(Restriction.id).where(
        Restriction.id == any_(cast(list(numbers), ARRAY(BigInteger))), is_current(Restriction.recorded_during, None)
    )
    return select(current.exists())


def select_submission(number: int) -> Statement:
    return select_submissions().where(Submission.id == number)


def select_submission_body(number: int) -> Statement:
    """Select the submission's bytes as they arrived."""
    return select(Submission.body, Submission.media_type, Submission.file_name).where(Submission.id == number)


def select_submission_countries(number: int) -> Select[str]:
    """Select the countries of the submission's rows."""
    return (
        select(_build_country()).distinct().where(SubmissionRow.submission_id == number, _build_country().is_not(None))
    )


def _build_country() -> ColumnElement[str]:
    """Build the SQL expression of a SubmissionRow's country; rows stored before the column existed have their point's
    country.
    """
    of_its_point = (
        select(PointOfEntryVersion.iso3)
        .where(
            PointOfEntryVersion.point_of_entry_id == SubmissionRow.point_of_entry_id,
            func.upper_inf(PointOfEntryVersion.recorded_during),
        )
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(SubmissionRow.iso3, of_its_point)


def select_visible_submissions(
    office_id: int | None, reviewed: Sequence[str], *, state: str | None, after: int | None
) -> Statement:
    """Select the submissions of the office (None: of all), and the waiting ones with only reviewed countries.

    Newest first; `after` is the number of the last one of the page before.
    """
    statement = select_submissions().order_by(Submission.id.desc())
    if office_id is not None:
        statement = statement.where((Submission.office_id == office_id) | _has_only_countries(reviewed))
    if state is not None:
        statement = statement.where(statement.selected_columns.decision == state)
    return statement if after is None else statement.where(Submission.id < after)


def _has_only_countries(iso3s: Sequence[str]) -> ColumnElement[bool]:
    """Build the SQL condition that the submission has a country, and all its countries are among `iso3s`."""
    row = select(SubmissionRow.number).where(
        SubmissionRow.submission_id == Submission.id, _build_country().is_not(None)
    )
    return row.exists() & ~row.where(_build_country().not_in(iso3s)).exists()
