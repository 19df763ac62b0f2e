"""Builders of OpenAPI 3.0 schemas: a subset of JSON Schema with `nullable` in place of a type null."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.parameters.value_parsing import PropertyType
from models.codes import get_code_list

Schema = dict[str, Any]
SCHEMA_PREFIX = "#/components/schemas/"
NULLABLE_SUFFIX = "OrNull"

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
DATE: Schema = {"type": "string", "format": "date"}
DATE_TIME: Schema = {"type": "string", "format": "date-time"}
URI: Schema = {"type": "string", "format": "uri"}
BINARY: Schema = {"type": "string", "format": "binary"}
ANY_OBJECT: Schema = {"type": "object"}
STRINGS: Schema = {"type": "array", "items": STRING}
SCHEMAS_BY_KIND: dict[PropertyType, Schema] = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "date-time": DATE_TIME,
    "strings": STRINGS,
}


def refer_to_schema(name: str) -> Schema:
    """Build a reference to the schema of this name in the document's components."""
    return {"$ref": f"{SCHEMA_PREFIX}{name}"}


def build_array(items: Schema, **more: object) -> Schema:
    return {"type": "array", "items": items, **more}


def build_map(values: Schema) -> Schema:
    """Build the schema of an object with arbitrary member names."""
    return {"type": "object", "additionalProperties": values}


def build_object(properties: Mapping[str, Schema], *, optional: Sequence[str] = (), **more: object) -> Schema:
    """Build the schema of an object; every property is required unless it is in `optional`."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", **({"required": required} if required else {}), "properties": dict(properties), **more}


def assign_name(name: str, schema: Schema) -> Schema:
    """Assign a name to the schema. `all_schemas` moves a schema with a name to the document's components."""
    return {"title": name, **schema}


def extend_object(schema: Schema, properties: Mapping[str, Schema], *, optional: Sequence[str] = ()) -> Schema:
    """Extend the schema of an object by more properties."""
    more = build_object(properties, optional=optional)
    required = [*schema.get("required", ()), *more.get("required", ())]
    return {**schema, "required": required, "properties": {**schema["properties"], **more["properties"]}}


def build_enum(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def allow_null(schema: Schema) -> Schema:
    """Return the schema with null allowed. A reference gets the name of a nullable schema: see `build_code_schemas`."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"] + NULLABLE_SUFFIX}
    listed = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **listed, "nullable": True}


def refer_to_code(list_name: str) -> Schema:
    """Build a reference to the schema of the code list."""
    return refer_to_schema(_format_schema_name(list_name))


def build_code_schemas(list_names: Sequence[str]) -> dict[str, Schema]:
    """Build the schemas of the code lists by name, each without and with null.

    OpenAPI 3.0 does not allow null beside a reference: `nullable` counts only beside a type.
    """
    schemas: dict[str, Schema] = {}
    for list_name in list_names:
        listed = get_code_list(list_name)
        codes = {**build_enum(*(item.code for item in listed.items)), "description": f"{listed.title}: see /codes."}
        schemas |= {
            _format_schema_name(list_name): codes,
            _format_schema_name(list_name) + NULLABLE_SUFFIX: allow_null(codes),
        }
    return schemas


def _format_schema_name(list_name: str) -> str:
    return "".join(word.capitalize() for word in list_name.split("_"))
