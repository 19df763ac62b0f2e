"""Table of the files imported by `crossings load`: importing the same file twice changes nothing, even with other
changes in between.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, Identity, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, enforce_append_only


class ImportedFile(Base):
    """Imported file. `digest` is the SHA-256 of its bytes and of the column map used to read it."""

    __tablename__ = "loaded_file"
    __table_args__ = (UniqueConstraint("kind", "digest"), CheckConstraint("row_count >= 0", name="counts_its_rows"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    digest: Mapped[str]
    name: Mapped[str]
    about_day: Mapped[dt.date | None]
    row_count: Mapped[int]
    recorded_at: Mapped[dt.datetime]


enforce_append_only(ImportedFile)


def select_import_time(kind: str, digest: str) -> Select[dt.datetime]:
    """Select the time of the first import of the same file; no row if it was never imported."""
    return select(ImportedFile.recorded_at).where(ImportedFile.kind == kind, ImportedFile.digest == digest)


def select_next_file_day(kind: str, day: dt.date) -> Select[dt.date | None]:
    """Select the first day after `day` with a file of this kind, or null."""
    return select(func.min(ImportedFile.about_day)).where(ImportedFile.kind == kind, ImportedFile.about_day > day)
