"""Assessments: each time an office looked at a point, and the point's capacity for public health."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.codes import list_codes
from models.tables.base import Base, build_code_check, enforce_append_only, enforce_no_rewriting, quote_codes
from models.tables.bitemporal import BitemporalColumns, build_bitemporal_constraints


class Assessment(Base):
    """An office looked at a point on a day. A week without change adds an assessment and no restriction."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("estimated_daily_inflow >= 0", name="inflow_is_a_count"),
        CheckConstraint("estimated_daily_outflow >= 0", name="outflow_is_a_count"),
        Index("assessment_latest_idx", "point_of_entry_id", text("assessed_on DESC"), "recorded_at"),
        # For the assessments of a week, of all points.
        Index("assessment_assessed_on_idx", "assessed_on"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    point_of_entry_id: Mapped[int] = mapped_column(ForeignKey("point_of_entry.id"))
    assessed_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime]
    estimated_daily_inflow: Mapped[int | None]
    estimated_daily_outflow: Mapped[int | None]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    comment: Mapped[str | None]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)


class HealthCapacity(BitemporalColumns, Base):
    """Public health capacities of a point: staff, procedures, screening. `unknown` is not `no`."""

    __tablename__ = "health_capacity"
    __table_args__ = (
        *build_bitemporal_constraints("health_capacity", "point_of_entry_id", "indicator"),
        build_code_check("indicator", "health_indicator"),
        CheckConstraint(
            f"CASE indicator WHEN 'screening' THEN value IN ({quote_codes(list_codes('screening_value'))})"
            f" ELSE value IN ({quote_codes(list_codes('health_value'))}) END",
            name="value_is_a_code",
        ),
    )

    point_of_entry_id: Mapped[int] = mapped_column(ForeignKey("point_of_entry.id"))
    indicator: Mapped[str]
    value: Mapped[str]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))


enforce_append_only(Assessment)
enforce_no_rewriting(HealthCapacity)
