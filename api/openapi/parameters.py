"""Parameters of an operation: in its path, in its query, and in headers."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from api.openapi.json_schema import COUNT, Schema
from api.parameters.bounds import (
    MAX_ITEM_CHARACTERS,
    MAX_ITEMS,
    MAX_PATH_CHARACTERS,
    accepts_list,
    get_max_characters,
    iterate_annotations,
)
from api.parameters.hints import AllowedValues, ValuePattern
from api.parameters.operation import Operation
from api.parameters.shared import map_parameter_fields
from api.parameters.types import DEFAULT_LIMIT, MAX_LIMIT
from api.tiles.formats import EXTENSIONS
from api.values.numbers import MAX_INT64

Document = dict[str, Any]
PATH_PARAMETER = re.compile(r"{(\w+)}")
BOOLEAN_PARAMETERS = {"is_poe", "dry_run", "partial", "skipGeometry", "hxl", "bom"}
LIMIT: Document = {
    "name": "limit",
    "in": "query",
    "description": "Maximum features on a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "style": "form",
    "explode": False,
    "allowEmptyValue": True,
}
HEADERS = {
    "Idempotency-Key": "A request repeated with the same key takes effect once.",
    "If-Match": "ETag of the version read; if the resource has changed, nothing is saved.",
    "Content-Crs": "URI of the body's coordinate reference system; default: longitude and latitude.",
}
PATH_TEXT: Document = {"type": "string", "maxLength": MAX_PATH_CHARACTERS}
ROW_NUMBER: Document = {"type": "integer", "minimum": 1, "maximum": MAX_INT64}
# Path parameters that are not plain text.
PATH_SCHEMAS: dict[str, Document] = {
    **dict.fromkeys(("z", "x", "y"), COUNT),
    **dict.fromkeys(("number", "delivery"), ROW_NUMBER),
    "ending": {"type": "string", "enum": list(EXTENSIONS)},
}
QGIS_STYLE = {"required": False, "style": "form", "explode": False}


def build_shared_parameters() -> Document:
    """Build the parameters that every document shares, by name."""
    return {"limit": LIMIT, **{name: _describe_header(name, description) for name, description in HEADERS.items()}}


def describe_parameters(operation: Operation) -> Iterator[Document]:
    for name in PATH_PARAMETER.findall(operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": PATH_SCHEMAS.get(name, PATH_TEXT)}
    fields = map_parameter_fields(operation.parameters) if operation.parameters else {}
    read_by_qgis = operation.path.endswith("/items")
    for name, field in fields.items():
        # A path with an extension names the format already.
        if name != "f" or not PurePath(operation.path).suffix:
            is_page_limit = name == "limit" and field.default in {None, DEFAULT_LIMIT}
            yield _refer_to_parameter(name) if is_page_limit else _describe_parameter(name, field, as_text=read_by_qgis)
    for name in operation.headers:
        yield _refer_to_parameter(name)


def _refer_to_parameter(name: str) -> Document:
    return {"$ref": f"#/components/parameters/{name}"}


def _describe_header(name: str, description: str) -> Document:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def _describe_parameter(name: str, field: FieldInfo, *, as_text: bool) -> Document:
    """Describe the parameter. `as_text` describes it for QGIS, which pushes down filters on plain strings only."""
    required = {"required": True} if field.is_required() else {}
    schema = {"type": "boolean"} if name in BOOLEAN_PARAMETERS else _build_schema(name, field, as_text=as_text)
    described = {"name": name, "in": "query", "description": field.description or "", "schema": schema}
    example = {"example": field.examples[0]} if field.examples else {}
    shape = QGIS_STYLE if as_text else {"style": "form", "explode": False} if schema["type"] == "array" else {}
    # True of all other parameters too, as `info` describes: repeated at each it would be a thirtieth of the document.
    empty = {"allowEmptyValue": True} if name in {"f", "limit"} else {}
    return described | required | shape | example | empty


NUMBER_TYPES = {int: "integer", float: "number"}


def _build_schema(name: str, field: FieldInfo, *, as_text: bool) -> Schema:
    """Build the schema of a parameter. `as_text`: a list is text with commas between its values."""
    if not accepts_list(field) and (allowed := _list_literals(field.annotation)):
        return {"type": "string", "enum": allowed}
    if name == "bbox":
        return {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    if number := next((NUMBER_TYPES[part] for part in _list_types(field.annotation) if part in NUMBER_TYPES), None):
        return {"type": number} | _read_bounds(field)
    if not accepts_list(field):
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        return {"type": "string", "maxLength": get_max_characters(field)} | extra | _read_hints(field)
    if as_text:
        return {"type": "string", "maxLength": get_max_characters(field)}
    item = {"type": "string", "maxLength": MAX_ITEM_CHARACTERS} | _read_hints(field)
    return {"type": "array", "maxItems": MAX_ITEMS, "uniqueItems": True, "items": item}


def _read_hints(field: FieldInfo) -> Schema:
    """Read the hint on a value beside its type; of several hints the last, which is the narrowest."""
    hint: Schema = {}
    for part in iterate_annotations(field):
        match part:
            case AllowedValues(values=values):
                hint = {"type": "string", "enum": list(values)}
            case ValuePattern(pattern=pattern):
                hint = {"pattern": pattern}
    return hint


def _read_bounds(field: FieldInfo) -> Schema:
    bounds: Schema = {}
    for part in iterate_annotations(field):
        match part:
            case Ge(ge=bound):
                bounds |= {"minimum": bound}
            case Gt(gt=bound):
                bounds |= {"minimum": bound, "exclusiveMinimum": True}
            case Le(le=bound):
                bounds |= {"maximum": bound}
            case Lt(lt=bound):
                bounds |= {"maximum": bound, "exclusiveMaximum": True}
    return bounds


def _list_types(annotation: Any) -> list[Any]:  # noqa: ANN401 - a type, or that or None
    return [annotation, *(each for part in get_args(annotation) for each in _list_types(part))]


def _list_literals(annotation: Any) -> list[str]:  # noqa: ANN401 - a Literal, or that or None
    if get_origin(annotation) is Literal:
        return [each for each in get_args(annotation) if isinstance(each, str)]
    return [name for part in get_args(annotation) for name in _list_literals(part)]
