"""Tables of restrictions: the state of a point of entry over some days, and the measures with the people
they affect.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column

from models.codes import get_code_list
from models.tables.base import (
    Base,
    build_code_check,
    build_codes_check,
    build_iso3s_check,
    enforce_append_only,
    enforce_no_rewriting,
)
from models.tables.bitemporal import BitemporalColumns, build_bitemporal_constraints

NO_CODES = text("'{}'")


def build_status_group_sql() -> str:
    """Build the SQL expression of the group that maps and reports show for `operational_status`."""
    cases = " ".join(f"WHEN '{code.code}' THEN '{code.group}'" for code in get_code_list("operational_status").items)
    return f"CASE operational_status {cases} END"


class Restriction(BitemporalColumns, Base):
    """State of one point of entry over some days.

    `measures` and `affected_populations` are the flat sets, sorted, of its RestrictionMeasure rows, for maps and
    filters; `measures_digest` identifies these rows, so that two restrictions can be compared without reading them.
    `expected_duration` and `announced_end` are announcements and never end `valid_during`.
    """

    __tablename__ = "restriction"
    __table_args__ = (
        *build_bitemporal_constraints("restriction", "point_of_entry_id"),
        build_code_check("operational_status", "operational_status"),
        build_code_check("expected_duration", "expected_duration"),
        build_code_check("source_type", "source_type"),
        build_code_check("confidence", "confidence"),
        build_codes_check("measures", "measure"),
        build_codes_check("affected_populations", "affected_population"),
        # The remainder of a record after an update can begin after its announced end.
        CheckConstraint(
            "announced_end >= lower(valid_during) OR remainder_of_id IS NOT NULL", name="announced_end_after_start"
        ),
        # For the restrictions of all points that began in a week.
        Index(
            "restriction_started_idx", text("lower(valid_during)"), postgresql_where=text("upper_inf(recorded_during)")
        ),
        # For recently published and recently closed records: without these indexes a page of changes read all records.
        Index("restriction_recorded_idx", text("lower(recorded_during)"), "id"),
        Index(
            "restriction_closed_idx",
            text("upper(recorded_during)"),
            postgresql_where=text("NOT upper_inf(recorded_during)"),
        ),
    )

    point_of_entry_id: Mapped[int] = mapped_column(ForeignKey("point_of_entry.id"))
    operational_status: Mapped[str]
    status_group: Mapped[str] = mapped_column(Text, Computed(build_status_group_sql(), persisted=True))
    measures: Mapped[list[str]] = mapped_column(server_default=NO_CODES)
    affected_populations: Mapped[list[str]] = mapped_column(server_default=NO_CODES)
    measures_digest: Mapped[str | None] = mapped_column(UUID(as_uuid=False))
    expected_duration: Mapped[str | None]
    announced_end: Mapped[dt.date | None]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    source_type: Mapped[str | None]
    source_url: Mapped[str | None]
    confidence: Mapped[str] = mapped_column(server_default="reported")
    source_note: Mapped[str | None]
    comment: Mapped[str | None]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)


class RestrictionMeasure(Base):
    """Measure of a restriction: its direction, its traffic, and the people that it includes or excludes.

    `nationality_rule` `only` and `except` refer to `nationalities`; a row with `is_exception` lets people through.
    """

    __tablename__ = "restriction_measure"
    __table_args__ = (
        build_code_check("measure", "measure"),
        build_code_check("direction", "direction"),
        build_code_check("traffic", "traffic"),
        build_code_check("nationality_rule", "nationality_rule"),
        build_codes_check("affected_populations", "affected_population"),
        build_iso3s_check("nationalities"),
        CheckConstraint("(nationality_rule = 'all') = (nationalities = '{}')", name="rule_names_its_nationalities"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    restriction_id: Mapped[int] = mapped_column(ForeignKey("restriction.id"), index=True)
    measure: Mapped[str]
    direction: Mapped[str] = mapped_column(server_default="both")
    traffic: Mapped[str] = mapped_column(server_default="all")
    affected_populations: Mapped[list[str]] = mapped_column(server_default=NO_CODES)
    nationality_rule: Mapped[str] = mapped_column(server_default="all")
    nationalities: Mapped[list[str]] = mapped_column(server_default=NO_CODES)
    is_exception: Mapped[bool] = mapped_column(server_default=text("false"))
    comment: Mapped[str | None]


enforce_no_rewriting(Restriction)
enforce_append_only(RestrictionMeasure)
