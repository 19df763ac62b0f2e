"""Where records come from, and under which licence."""

from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Source(Base):
    """A publisher of records, named in every answer that carries them."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    url: Mapped[str | None]
    licence: Mapped[str | None]
    attribution: Mapped[str | None]
