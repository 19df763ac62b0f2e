"""Schemas of request bodies: FastAPI's models, rows of submissions, and features."""

from typing import Any

from api.new_key import NewKey
from api.office_fields import NewOffice, OfficeChange
from api.openapi.json_schema import (
    ANY_OBJECT,
    BINARY,
    BOOLEAN,
    NUMBER,
    STRING,
    STRINGS,
    Schema,
    array_of,
    nullable,
    object_of,
    one_of,
    refer,
)
from api.openapi.model_schemas import model_schemas
from api.point_change import PointChange
from api.submissions.columns import COLUMNS, MEASURE_COLUMNS, Column
from api.submissions.routes import Remark
from api.webhooks import NewWebhook

MODELS: dict[str, Any] = {
    "Remark": Remark,
    "NewOffice": NewOffice,
    "OfficeChange": OfficeChange,
    "NewKey": NewKey,
    "NewWebhook": NewWebhook,
    "PointChange": PointChange,
}


def body_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    schemas: dict[str, Schema] = {}
    for name, model in MODELS.items():
        schemas |= model_schemas(model, name)
    return schemas | {
        "Text": STRING,
        "File": BINARY,
        "FileForm": object_of({"file": BINARY}),
        "FormAnswer": {**ANY_OBJECT, "description": "What KoboToolbox or ODK sends of a form that was filled in."},
        "UpdateMeasure": _row(MEASURE_COLUMNS),
        "UpdateRow": _update_row(),
        "UpdateRows": _update_rows(),
        "UpdateFeatures": _update_features(),
    }


def _update_rows() -> Schema:
    """Build the schema of one JSON format of an update: a choice of several has no type in generated clients."""
    rows = array_of(refer("UpdateRow"), minItems=1)
    return object_of({"rows": rows}, description="The list alone is taken too, and so is GeoJSON.")


def _update_features() -> Schema:
    geometry = nullable(refer("PointGeometry"))
    feature = {"type": one_of("Feature"), "id": STRING, "geometry": geometry, "properties": refer("UpdateRow")}
    features = array_of(object_of(feature, optional=("id",)), minItems=1)
    return object_of({"type": one_of("FeatureCollection"), "features": features})


def _update_row() -> Schema:
    """Build the schema of a row. A column may also be named by its label, in any of the languages."""
    row = _row(COLUMNS)
    measures = {"anyOf": [array_of({"anyOf": [STRING, refer("UpdateMeasure")]}), STRING]}
    return {**row, "properties": {**row["properties"], "measures": measures}}


def _row(columns: Any) -> Schema:  # noqa: ANN401 - a mapping of columns by name
    properties = {column.name: _value(column) for column in columns.values()}
    return object_of(properties, optional=tuple(properties))


def _value(column: Column) -> Schema:
    described = {"description": column.says}
    if column.several:
        return {"anyOf": [STRINGS, STRING], **described}
    if column.kind in {"count", "number"}:
        return {"anyOf": [NUMBER, STRING], **described}
    if column.kind == "yes_or_no":
        return {"anyOf": [BOOLEAN, STRING], **described}
    return {**nullable(STRING), **described}
