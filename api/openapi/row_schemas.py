"""Schemas of rows, derived from SELECT statements: names, types, and whether a value can be null."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Label, Select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import NullType

from api.collections.properties import resolve_property_type
from api.openapi.json_schema import (
    ANY_OBJECT,
    DATE,
    DATE_TIME,
    NUMBER,
    SCHEMAS_BY_KIND,
    Schema,
    allow_null,
    build_array,
    refer_to_code,
)

# Results of PostgreSQL functions on ranges and geometry, which have no type in SQLAlchemy.
UNTYPED_COLUMNS: dict[str, Schema] = {
    **dict.fromkeys(("longitude", "latitude"), NUMBER),
    **dict.fromkeys(("valid_from", "valid_to", "since"), DATE),
    **dict.fromkeys(("recorded_from", "recorded_to", "proposed_at"), DATE_TIME),
}
Statement = Select[*tuple[Any, ...]]


def build_row_properties(
    statement: Statement,
    *,
    codes: Mapping[str, str] | None = None,
    given: Mapping[str, Schema] | None = None,
    without: Collection[str] = (),
    null: Collection[str] = (),
    never_null: Collection[str] = (),
) -> dict[str, Schema]:
    """Build the properties of a row as JSON.

    `codes` maps columns to code lists, `given` to schemas that do not follow from the column's type. A table's column
    is nullable as in the table, an expression always; `null` and `never_null` list exceptions.
    """
    properties: dict[str, Schema] = {}
    for column in statement.selected_columns:
        name = str(column.key)
        if name in without:
            continue
        schema = (given or {}).get(name) or _build_column_schema(column, (codes or {}).get(name))
        can_be_null = name in null or (name not in never_null and _is_nullable(column))
        properties[name] = allow_null(schema) if can_be_null else schema
    return properties


def _build_column_schema(column: ColumnElement[Any], list_name: str | None) -> Schema:
    if list_name:
        code = refer_to_code(list_name)
        return build_array(code) if isinstance(column.type, ARRAY) else code
    if isinstance(column.type, NullType):
        return UNTYPED_COLUMNS[str(column.key)]
    return ANY_OBJECT if isinstance(column.type, JSONB) else SCHEMAS_BY_KIND[resolve_property_type(column.type)]


def _is_nullable(column: ColumnElement[Any]) -> bool:
    element = column.element if isinstance(column, Label) else column
    return not isinstance(element, Column) or bool(element.nullable)
