"""Where records come from, and under which licence."""

from typing import Any

from sqlalchemy import ColumnElement, Identity, Text, cast, func, select
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


def source_name(source_id: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column or attribute
    """SQL expression: the name of the source of that number.

    The names of the few there are, read once. Looked up for each point, each time asked the disk how large their table
    is; joined to the last record, they were hashed anew for each point, which took twice as long as all the rest.
    """
    names = select(func.jsonb_object_agg(Source.id, Source.name)).scalar_subquery()
    return names.op("->>", return_type=Text())(cast(source_id, Text))
