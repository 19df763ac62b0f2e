"""Files taken in by `crossings load`: the same file twice changes nothing, whatever was learned in between."""

import datetime as dt

from sqlalchemy import CheckConstraint, Identity, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, only_added_to


class LoadedFile(Base):
    """A file as it was taken in. `digest` is the SHA-256 of its bytes and of the column map used to read it."""

    __tablename__ = "loaded_file"
    __table_args__ = (UniqueConstraint("kind", "digest"), CheckConstraint("row_count >= 0", name="counts_its_rows"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    digest: Mapped[str]
    name: Mapped[str]
    about_day: Mapped[dt.date | None]
    row_count: Mapped[int]
    recorded_at: Mapped[dt.datetime]


only_added_to(LoadedFile)


def same_file(kind: str, digest: str) -> Select[dt.datetime]:
    """Statement giving when the same file was taken in before; no row if it was not."""
    return select(LoadedFile.recorded_at).where(LoadedFile.kind == kind, LoadedFile.digest == digest)


def next_day_told(kind: str, day: dt.date) -> Select[dt.date | None]:
    """Statement giving the first day after `day` that a file of this kind was about, or null."""
    return select(func.min(LoadedFile.about_day)).where(LoadedFile.kind == kind, LoadedFile.about_day > day)
