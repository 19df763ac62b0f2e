"""Builders of OpenAPI 3.0 schemas: a subset of JSON Schema with `nullable` in place of a type null."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.kinds import Kind
from models.codes import code_list

Schema = dict[str, Any]
SCHEMAS = "#/components/schemas/"
OR_NULL = "OrNull"

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
OF_KIND: dict[Kind, Schema] = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "date-time": DATE_TIME,
    "strings": STRINGS,
}


def refer(name: str) -> Schema:
    """Build a reference to the schema of this name in the document's components."""
    return {"$ref": f"{SCHEMAS}{name}"}


def array_of(items: Schema, **more: object) -> Schema:
    return {"type": "array", "items": items, **more}


def map_of(values: Schema) -> Schema:
    """Build the schema of an object with arbitrary member names."""
    return {"type": "object", "additionalProperties": values}


def object_of(properties: Mapping[str, Schema], *, optional: Sequence[str] = (), **more: object) -> Schema:
    """Build the schema of an object; every property is required unless it is in `optional`."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", **({"required": required} if required else {}), "properties": dict(properties), **more}


def named(name: str, schema: Schema) -> Schema:
    """Assign a name to the schema. `all_schemas` moves a schema with a name to the document's components."""
    return {"title": name, **schema}


def extend(schema: Schema, properties: Mapping[str, Schema], *, optional: Sequence[str] = ()) -> Schema:
    """Extend the schema of an object by more properties."""
    more = object_of(properties, optional=optional)
    required = [*schema.get("required", ()), *more.get("required", ())]
    return {**schema, "required": required, "properties": {**schema["properties"], **more["properties"]}}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def nullable(schema: Schema) -> Schema:
    """Return the schema with null allowed. A reference gets the name of a nullable schema: see `code_schemas`."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"] + OR_NULL}
    listed = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **listed, "nullable": True}


def refer_to_code(list_name: str) -> Schema:
    """Build a reference to the schema of the code list."""
    return refer(_schema_name(list_name))


def code_schemas(list_names: Sequence[str]) -> dict[str, Schema]:
    """Build the schemas of the code lists by name, each without and with null.

    OpenAPI 3.0 does not allow null beside a reference: `nullable` counts only beside a type.
    """
    schemas: dict[str, Schema] = {}
    for list_name in list_names:
        listed = code_list(list_name)
        codes = {**one_of(*(item.code for item in listed.items)), "description": f"{listed.title}: see /codes."}
        schemas |= {_schema_name(list_name): codes, _schema_name(list_name) + OR_NULL: nullable(codes)}
    return schemas


def _schema_name(list_name: str) -> str:
    return "".join(word.capitalize() for word in list_name.split("_"))
