"""Schemas of request bodies: FastAPI's models, rows of submissions, and features."""

from typing import Any

from api.openapi.json_schema import (
    ANY_OBJECT,
    BINARY,
    BOOLEAN,
    NUMBER,
    STRING,
    STRINGS,
    Schema,
    allow_null,
    build_array,
    build_enum,
    build_object,
    refer_to_schema,
)
from api.parameters.operation import BodySchema
from api.submissions.columns import COLUMNS, MEASURE_COLUMNS, Column


def refer_to_body(schema: BodySchema) -> Schema:
    """Build a reference to the schema of a body: a model by the name of its class."""
    return refer_to_schema(schema if isinstance(schema, str) else schema.__name__)


def build_body_schemas() -> dict[str, Schema]:
    """Build the schemas by name, but those of models."""
    return {
        "Text": STRING,
        "File": BINARY,
        "FileForm": build_object({"file": BINARY}),
        "FormAnswer": {**ANY_OBJECT, "description": "A completed form from KoboToolbox or ODK."},
        "UpdateMeasure": _build_row(MEASURE_COLUMNS),
        "UpdateRow": _build_update_row(),
        "UpdateRows": _build_update_rows(),
        "UpdateFeatures": _build_update_features(),
    }


def _build_update_rows() -> Schema:
    """Build the schema of one JSON format of an update: a choice of several has no type in generated clients."""
    rows = build_array(refer_to_schema("UpdateRow"), minItems=1)
    return build_object({"rows": rows}, description="The list alone and GeoJSON are accepted too.")


def _build_update_features() -> Schema:
    geometry = allow_null(refer_to_schema("PointGeometry"))
    feature = {
        "type": build_enum("Feature"),
        "id": STRING,
        "geometry": geometry,
        "properties": refer_to_schema("UpdateRow"),
    }
    features = build_array(build_object(feature, optional=("id",)), minItems=1)
    return build_object({"type": build_enum("FeatureCollection"), "features": features})


def _build_update_row() -> Schema:
    """Build the schema of a row. A column may also be named by its label, in any of the languages."""
    row = _build_row(COLUMNS)
    measures = {"anyOf": [build_array({"anyOf": [STRING, refer_to_schema("UpdateMeasure")]}), STRING]}
    return {**row, "properties": {**row["properties"], "measures": measures}}


def _build_row(columns: Any) -> Schema:  # noqa: ANN401 - a mapping of columns by name
    properties = {column.name: _build_value(column) for column in columns.values()}
    return build_object(properties, optional=tuple(properties))


def _build_value(column: Column) -> Schema:
    described = {"description": column.says}
    if column.several:
        return {"anyOf": [STRINGS, STRING], **described}
    if column.kind in {"count", "number"}:
        return {"anyOf": [NUMBER, STRING], **described}
    if column.kind == "yes_or_no":
        return {"anyOf": [BOOLEAN, STRING], **described}
    return {**allow_null(STRING), **described}
