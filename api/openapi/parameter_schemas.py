"""Parameters as JSON schemas for the API document, with the bounds that the service holds them to.

A list that QGIS or GDAL reads is a plain text, whose values are checked, and named, by the service.
"""

from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from api.parameter_bounds import MAX_ITEM_CHARACTERS, MAX_ITEMS, annotations_of, max_characters, takes_several
from api.parameter_hints import OneOf, WrittenAs

Schema = dict[str, Any]
NUMBERS = {int: "integer", float: "number"}


def schema_of(name: str, field: FieldInfo, *, as_text: bool) -> Schema:
    """The schema of a parameter. `as_text`: a list is a text with commas between its values."""
    if not takes_several(field) and (allowed := _literals(field.annotation)):
        return {"type": "string", "enum": allowed}
    if name == "bbox":
        return {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    if number := next((NUMBERS[part] for part in _types(field.annotation) if part in NUMBERS), None):
        return {"type": number} | _bounds(field)
    if not takes_several(field):
        told = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        return {"type": "string", "maxLength": max_characters(field)} | told | _hints(field)
    if as_text:
        return {"type": "string", "maxLength": max_characters(field)}
    item = {"type": "string", "maxLength": MAX_ITEM_CHARACTERS} | _hints(field)
    return {"type": "array", "maxItems": MAX_ITEMS, "uniqueItems": True, "items": item}


def _hints(field: FieldInfo) -> Schema:
    """What is said of a value beside its type; of several hints the last, which is the narrowest."""
    found: Schema = {}
    for part in annotations_of(field):
        match part:
            case OneOf(values=values):
                found = {"type": "string", "enum": list(values)}
            case WrittenAs(pattern=pattern):
                found = {"pattern": pattern}
    return found


def _bounds(field: FieldInfo) -> Schema:
    found: Schema = {}
    for part in annotations_of(field):
        match part:
            case Ge(ge=bound):
                found |= {"minimum": bound}
            case Gt(gt=bound):
                found |= {"minimum": bound, "exclusiveMinimum": True}
            case Le(le=bound):
                found |= {"maximum": bound}
            case Lt(lt=bound):
                found |= {"maximum": bound, "exclusiveMaximum": True}
    return found


def _types(annotation: Any) -> list[Any]:  # noqa: ANN401 - a type, or that or None
    return [annotation, *(each for part in get_args(annotation) for each in _types(part))]


def _literals(annotation: Any) -> list[str]:  # noqa: ANN401 - a Literal, or that or None
    if get_origin(annotation) is Literal:
        return [each for each in get_args(annotation) if isinstance(each, str)]
    return [name for part in get_args(annotation) for name in _literals(part)]
