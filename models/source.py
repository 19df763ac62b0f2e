"""Where records come from, and under which licence."""

from typing import Any

from sqlalchemy import ColumnElement, Identity, Text, cast, func, select
from sqlalchemy.orm import Mapped, mapped_column

from geo.json_text import Json
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
    """SQL expression: the name of the source of that number."""
    return _looked_up(Source.name, source_id, Text())


def source_name_json(source_id: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column or attribute
    """SQL expression: the same as JSON."""
    return _looked_up(cast(func.to_json(Source.name), Text), source_id, Json())


def _looked_up(value: Any, source_id: Any, kind: Text) -> ColumnElement[str]:  # noqa: ANN401
    """SQL expression: the value of the source of that number, of the few there are, read once.

    Looked up for each point, each time asked the disk how large their table is; joined to the last record, they were
    hashed anew for each point, which took twice as long as all the rest.
    """
    values = select(func.jsonb_object_agg(Source.id, value)).scalar_subquery()
    return values.op("->>", return_type=kind)(cast(source_id, Text))
