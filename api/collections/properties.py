"""Properties of each collection: types from the statement that selects the features, texts from `properties.toml`."""

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, DateTime, Float, Integer, Numeric, Select, Text
from sqlalchemy.types import TypeEngine

from api.collections.registry import Collection
from api.parameters.value_parsing import PropertyType
from geo.geojson import filter_properties
from geo.sql_json import ExplicitTimestamp
from models.tables.bitemporal import Days

SQL_TYPES: tuple[tuple[type[TypeEngine[Any]], PropertyType], ...] = (
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
class CollectionProperty:
    """A property. Every property can be null.

    `hxl` is its tag in files (hxlstandard.org, 1.1), and `codes` the code list of its values. `is_day_after` marks an
    exclusive end. Features have a property with `only_named` only if a request names it in `properties`.
    """

    name: str
    kind: PropertyType
    title: str
    description: str
    hxl: str
    codes: str | None = None
    role: str | None = None
    is_day_after: bool = False
    only_named: bool = False


class MissingTexts(LookupError):
    """Error that properties of a collection have no title and description."""

    def __init__(self, collection_id: str, names: Sequence[str]) -> None:
        super().__init__(f"properties of {collection_id} without an entry in properties.toml: {', '.join(names)}")


@cache
def get_default_properties(collection: Collection) -> dict[str, CollectionProperty]:
    """Return the properties that features have by default, by name, in the order of the features."""
    return {name: field for name, field in get_properties(collection).items() if not field.only_named}


@cache
def get_properties(collection: Collection) -> dict[str, CollectionProperty]:
    """Return the properties that a request can name, by name, in the order of the features. Raise MissingTexts."""
    words = load_texts()
    own = words.get(collection.id, {})
    texts = {name: words["all"].get(name, {}) | own.get(name, {}) for name in words["all"].keys() | own.keys()}
    columns = list(filter_properties(_select_features(collection).selected_columns))
    if missing := [column.name for column in columns if "title" not in texts.get(column.name, {})]:
        raise MissingTexts(collection.id, missing)
    return {column.name: _build_property(column, texts[column.name]) for column in columns}


def _build_property(column: Any, texts: dict[str, Any]) -> CollectionProperty:  # noqa: ANN401 - of a statement
    return CollectionProperty(
        column.name, resolve_property_type(column.type), **texts, only_named=isinstance(column.type, ExplicitTimestamp)
    )


def get_id_property(collection: Collection) -> CollectionProperty:
    """Return the property that holds the id of a feature, or raise LookupError."""
    for field in get_default_properties(collection).values():
        if field.role == "id":
            return field
    raise LookupError(f'no property of {collection.id} has role = "id" in properties.toml')


def list_code_properties(collection: Collection) -> dict[str, str]:
    """List the properties with codes as values: the code list by the name of the property."""
    return {name: field.codes for name, field in get_properties(collection).items() if field.codes}


def _select_features(collection: Collection) -> Select[*tuple[Any, ...]]:
    return collection.answering(collection.build_filter(Days.on(dt.date.min)))


def resolve_property_type(type_: TypeEngine[Any]) -> PropertyType:
    return next(kind for sql_type, kind in SQL_TYPES if isinstance(type_, sql_type))


@cache
def load_texts() -> dict[str, dict[str, dict[str, Any]]]:
    """Load the texts of the properties, by collection (`all` for each) and name."""
    return tomllib.loads((files("api.collections") / "properties.toml").read_text(encoding="utf-8"))
