"""Tables of submissions: the file of an office, row by row, and the decisions on it."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, build_code_check, enforce_append_only


class Submission(Base):
    """File or form as it arrived. Its outcome is in the SubmissionDecision rows; the latest one is valid.

    `idempotency_key` belongs to the office: a repeated key with the same body gets the stored response, without effect.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("office_id", "idempotency_key"),
        # Used by each submission without an Idempotency-Key.
        Index("submission_of_key_idx", "api_key_id", "body_sha256"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    received_at: Mapped[dt.datetime]
    media_type: Mapped[str]
    file_name: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    partial: Mapped[bool] = mapped_column(server_default=text("false"))
    idempotency_key: Mapped[str | None]


class SubmissionRow(Base):
    """Row as it arrived (`given`), its point if one matched, and its country."""

    __tablename__ = "submission_row"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[dict[str, Any]] = mapped_column(JSONB)
    point_of_entry_id: Mapped[int | None] = mapped_column(ForeignKey("point_of_entry.id"))
    iso3: Mapped[str | None] = mapped_column(ForeignKey("country.iso3"))


class SubmissionDecision(Base):
    """Decision on a submission: published at `recorded_at`, waiting for review, or returned with a remark.

    `answer` is the row by row result of the response.
    """

    __tablename__ = "submission_decision"
    __table_args__ = (
        build_code_check("decision", "submission_state"),
        CheckConstraint("(decision = 'published') = (recorded_at IS NOT NULL)", name="published_at_a_moment"),
        Index("submission_decision_latest_idx", "submission_id", text("id DESC")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    decision: Mapped[str]
    decided_at: Mapped[dt.datetime]
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    recorded_at: Mapped[dt.datetime | None]
    remark: Mapped[str | None]
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)


enforce_append_only(Submission)
enforce_append_only(SubmissionRow)
enforce_append_only(SubmissionDecision)
