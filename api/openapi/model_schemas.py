"""Schemas of pydantic's models and types as OpenAPI 3.0 writes them."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from api.openapi.json_schema import SCHEMAS, Schema, nullable

# What pydantic adds, and what a body says by leaving it out: a default there stands for "not given".
LEFT_OUT = {"title", "default"}
# Words that OpenAPI 3.0 has not.
UNKNOWN = {"propertyNames"}


def model_schemas(model: Any, name: str, mode: JsonSchemaMode = "validation") -> dict[str, Schema]:  # noqa: ANN401
    """The schema of the model or type under this name, and those that it refers to under their own."""
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    schema = adapter.json_schema(ref_template=f"{SCHEMAS}{{model}}", mode=mode, schema_generator=GenerateJsonSchema)
    own = schema.pop("$defs", {})
    return {name: as_openapi(schema), **{each: as_openapi(described) for each, described in own.items()}}


def as_openapi(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON Schema
    """The JSON Schema (2020-12) in the words of OpenAPI 3.0, as far as pydantic uses others."""
    if isinstance(schema, list):
        return [as_openapi(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if (choices := schema.get("anyOf")) and {"type": "null"} in choices:
        others = [each for each in choices if each != {"type": "null"}]
        return _or_null([as_openapi(each) for each in others]) | _described(schema)
    if "const" in schema:
        return {"type": "string", "enum": [schema["const"]]} | _described(schema)
    kept = {key: value for key, value in schema.items() if key not in LEFT_OUT | UNKNOWN}
    if patterns := kept.pop("patternProperties", None):
        kept["additionalProperties"] = next(iter(patterns.values()))
    if "description" in kept:
        # What follows is for readers of the code.
        kept["description"] = str(kept["description"]).partition("\n\n")[0]
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        if bound in kept:
            kept[_inclusive(bound)], kept[bound] = kept[bound], True
    # A property may be called as a keyword is.
    properties = {name: as_openapi(value) for name, value in kept.pop("properties", {}).items()}
    return {key: as_openapi(value) for key, value in kept.items()} | ({"properties": properties} if properties else {})


def _or_null(choices: list[Schema]) -> Schema:
    """`nullable` counts only beside a type, and so in each of several."""
    return nullable(choices[0]) if len(choices) == 1 else {"anyOf": [nullable(each) for each in choices]}


def _inclusive(bound: str) -> str:
    return {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}[bound]


def _described(schema: Schema) -> Schema:
    return {"description": schema["description"]} if "description" in schema else {}
