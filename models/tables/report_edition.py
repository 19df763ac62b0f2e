"""Editions: reports frozen with their figures, and the errata recorded for them."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    Select,
    UniqueConstraint,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, enforce_append_only

LEVELS = ("global", "region", "country")


class ReportEdition(Base):
    """A report as it was published: its day, the moment of its data, and its figures, which never change.

    `area` is the code of a region or country, null for the world. Numbers count from 1 within an area. The figures are
    JSON and not JSONB, because their order is the order of the pages.
    """

    __tablename__ = "report_edition"
    __table_args__ = (
        UniqueConstraint("level", "area", "number", postgresql_nulls_not_distinct=True),
        CheckConstraint("level IN ('global', 'region', 'country')", name="level_is_known"),
        CheckConstraint("(level = 'global') = (area IS NULL)", name="area_of_a_level"),
        CheckConstraint("number > 0", name="numbers_from_1"),
        CheckConstraint("(number = 1) = (previous_id IS NULL)", name="follows_another_but_the_first"),
        CheckConstraint("cut_off <= (known_at AT TIME ZONE 'UTC')::date", name="cut_off_was_known"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    level: Mapped[str]
    area: Mapped[str | None]
    number: Mapped[int] = mapped_column(Integer)
    cut_off: Mapped[dt.date]
    known_at: Mapped[dt.datetime]
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("report_edition.id"))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


class ReportErratum(Base):
    """An error in an edition, listed with it; the edition stays as it was published."""

    __tablename__ = "report_erratum"
    __table_args__ = (CheckConstraint("says <> ''", name="says_something"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("report_edition.id"), index=True)
    noted_at: Mapped[dt.datetime]
    says: Mapped[str]


enforce_append_only(ReportEdition)
enforce_append_only(ReportErratum)


def select_editions() -> Select[*tuple[Any, ...]]:
    """Select the editions without their figures, newest first within an area."""
    e = ReportEdition
    return select(e.id, e.level, e.area, e.number, e.cut_off, e.known_at).order_by(e.level, e.area, e.number.desc())


def select_edition(level: str, area: str | None, number: int) -> Select[*tuple[Any, ...]]:
    """Select one edition with its figures."""
    e = ReportEdition
    columns = (e.id, e.level, e.area, e.number, e.cut_off, e.known_at, e.previous_id, e.figures)
    return select(*columns).where(e.level == level, e.area.is_not_distinct_from(area), e.number == number)


def select_latest_edition(level: str, area: str | None) -> Select[*tuple[Any, ...]]:
    """Select the last edition of an area with its figures, no row where there is none yet."""
    e = ReportEdition
    columns = (e.id, e.number, e.cut_off, e.figures)
    return (
        select(*columns).where(e.level == level, e.area.is_not_distinct_from(area)).order_by(e.number.desc()).limit(1)
    )


def select_errata() -> Select[*tuple[Any, ...]]:
    """Select the errata of editions, in the order of recording."""
    columns = (ReportErratum.edition_id, ReportErratum.noted_at, ReportErratum.says)
    return select(*columns).order_by(ReportErratum.id)


async def store_edition(connection: AsyncConnection, **columns: Any) -> int:  # noqa: ANN401 - columns of the table
    """Store an edition and return its id."""
    return (await connection.execute(insert(ReportEdition).values(**columns).returning(ReportEdition.id))).scalar_one()


async def record_erratum(connection: AsyncConnection, edition_id: int, says: str) -> None:
    """Record an erratum of the edition."""
    values = {"edition_id": edition_id, "noted_at": func.clock_timestamp(), "says": says}
    await connection.execute(insert(ReportErratum).values(**values))
