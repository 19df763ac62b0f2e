"""Table of the sources of records, with their licences."""

from typing import Any

from sqlalchemy import ColumnElement, Identity, Text, cast, func, select
from sqlalchemy.orm import Mapped, mapped_column

from geo.sql_json import JsonText
from models.tables.base import Base


class Source(Base):
    """Publisher of records, named in every response with its records."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    url: Mapped[str | None]
    licence: Mapped[str | None]
    attribution: Mapped[str | None]


def build_source_name(source_id: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column or attribute
    """Build the SQL expression of the source's name."""
    return _look_up_source(Source.name, source_id, Text())


def build_source_name_json(source_id: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column or attribute
    """Build the SQL expression of the source's name as JSON."""
    return _look_up_source(cast(func.to_json(Source.name), Text), source_id, JsonText())


def _look_up_source(value: Any, source_id: Any, kind: Text) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the source's value; the few sources are read once.

    A lookup for each point requested the size of the table from the disk each time; joined to the last record, the
    sources were hashed again for each point, which took twice as long as all the rest.
    """
    values = select(func.jsonb_object_agg(Source.id, value)).scalar_subquery()
    return values.op("->>", return_type=kind)(cast(source_id, Text))
