"""OpenAPI 3.0 schemas of pydantic models and types."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from api.openapi.json_schema import SCHEMA_PREFIX, Schema, allow_null

# Keys that pydantic adds and the document omits. In a body a default only means "not given".
OMITTED_KEYS = {"title", "default"}
# Keywords that OpenAPI 3.0 does not have.
UNSUPPORTED_KEYS = {"propertyNames"}


def build_model_schemas(model: Any, name: str, mode: JsonSchemaMode = "validation") -> dict[str, Schema]:  # noqa: ANN401
    """Build the schema of the model or type under this name, and the schemas it refers to under their own names."""
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    schema = adapter.json_schema(
        ref_template=f"{SCHEMA_PREFIX}{{model}}", mode=mode, schema_generator=GenerateJsonSchema
    )
    own = schema.pop("$defs", {})
    return {
        name: convert_to_openapi(schema),
        **{each: convert_to_openapi(described) for each, described in own.items()},
    }


def convert_to_openapi(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON Schema
    """Convert JSON Schema (2020-12) to OpenAPI 3.0, for the keywords that pydantic uses."""
    if isinstance(schema, list):
        return [convert_to_openapi(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if (choices := schema.get("anyOf")) and {"type": "null"} in choices:
        others = [each for each in choices if each != {"type": "null"}]
        return _build_nullable_choice([convert_to_openapi(each) for each in others]) | _copy_description(schema)
    if "const" in schema:
        return {"type": "string", "enum": [schema["const"]]} | _copy_description(schema)
    result = {key: value for key, value in schema.items() if key not in OMITTED_KEYS | UNSUPPORTED_KEYS}
    if patterns := result.pop("patternProperties", None):
        result["additionalProperties"] = next(iter(patterns.values()))
    if "description" in result:
        # Paragraphs after the first are for readers of the code.
        result["description"] = str(result["description"]).partition("\n\n")[0]
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        if bound in result:
            result[_rename_bound(bound)], result[bound] = result[bound], True
    # Converted separately: a property may have the name of a keyword.
    properties = {name: convert_to_openapi(value) for name, value in result.pop("properties", {}).items()}
    rest = {key: convert_to_openapi(value) for key, value in result.items()}
    return rest | ({"properties": properties} if properties else {})


def _build_nullable_choice(choices: list[Schema]) -> Schema:
    """Build a choice that allows null. `nullable` counts only beside a type, so each of several choices has it."""
    return allow_null(choices[0]) if len(choices) == 1 else {"anyOf": [allow_null(each) for each in choices]}


def _rename_bound(bound: str) -> str:
    return {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}[bound]


def _copy_description(schema: Schema) -> Schema:
    return {"description": schema["description"]} if "description" in schema else {}
