"""Properties of each collection's features: types from the statement that selects them, texts from `fields.toml`."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Float, Integer, Numeric, Select, Text
from sqlalchemy.types import TypeEngine

from api.collections import Collection
from api.kinds import Kind
from geo.geojson import properties_among
from geo.json_text import NamedMoment
from models.question import Question
from models.time_axes import Days

KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (ARRAY, "strings"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "number"),
    (Numeric, "number"),
    (Date, "date"),
    (DateTime, "date-time"),
    (Text, "string"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """A property. Every property can be null.

    `hxl` is its tag in files (hxlstandard.org, 1.1), and `codes` the code list of its values. `is_day_after` marks an
    exclusive end. Features have a property with `only_named` only if a request names it in `properties`.
    """

    name: str
    kind: Kind
    title: str
    description: str
    hxl: str
    codes: str | None = None
    role: str | None = None
    is_day_after: bool = False
    only_named: bool = False


@cache
def fields_of(collection: Collection) -> dict[str, Field]:
    """Return the properties that features have by default, by name, in the order of the features."""
    return {name: field for name, field in all_fields_of(collection).items() if not field.only_named}


@cache
def all_fields_of(collection: Collection) -> dict[str, Field]:
    """Return the properties that a request can name, by name, in the order of the features."""
    words = _words()
    texts = words["all"] | words.get(collection.id, {})
    columns = properties_among(_statement(collection).selected_columns)
    return {column.name: _field(column, texts[column.name]) for column in columns}


def _field(column: Any, texts: dict[str, Any]) -> Field:  # noqa: ANN401 - of a statement
    return Field(column.name, kind_of(column.type), **texts, only_named=isinstance(column.type, NamedMoment))


def id_field(collection: Collection) -> Field:
    """Return the property that holds the id of a feature."""
    return next(field for field in fields_of(collection).values() if field.role == "id")


def _statement(collection: Collection) -> Select[*tuple[Any, ...]]:
    return collection.answering(Question(Days.on(dt.date.min)))


def kind_of(type_: TypeEngine[Any]) -> Kind:
    return next(kind for sql_type, kind in KINDS if isinstance(type_, sql_type))


@cache
def _words() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads((files("api") / "fields.toml").read_text(encoding="utf-8"))
