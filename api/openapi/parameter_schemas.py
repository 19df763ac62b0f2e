"""JSON schemas of parameters for the API document, with the bounds that the service enforces.

A list for QGIS or GDAL is plain text; the service checks its values and names invalid values in the error.
"""

from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from api.parameter_bounds import MAX_ITEM_CHARACTERS, MAX_ITEMS, annotations_of, max_characters, takes_several
from api.parameter_hints import OneOf, WrittenAs

Schema = dict[str, Any]
NUMBERS = {int: "integer", float: "number"}


def schema_of(name: str, field: FieldInfo, *, as_text: bool) -> Schema:
    """Build the schema of a parameter. `as_text`: a list is text with commas between its values."""
    if not takes_several(field) and (allowed := _literals(field.annotation)):
        return {"type": "string", "enum": allowed}
    if name == "bbox":
        return {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    if number := next((NUMBERS[part] for part in _types(field.annotation) if part in NUMBERS), None):
        return {"type": number} | _bounds(field)
    if not takes_several(field):
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        return {"type": "string", "maxLength": max_characters(field)} | extra | _hints(field)
    if as_text:
        return {"type": "string", "maxLength": max_characters(field)}
    item = {"type": "string", "maxLength": MAX_ITEM_CHARACTERS} | _hints(field)
    return {"type": "array", "maxItems": MAX_ITEMS, "uniqueItems": True, "items": item}


def _hints(field: FieldInfo) -> Schema:
    """Read the hint on a value beside its type; of several hints the last, which is the narrowest."""
    hint: Schema = {}
    for part in annotations_of(field):
        match part:
            case OneOf(values=values):
                hint = {"type": "string", "enum": list(values)}
            case WrittenAs(pattern=pattern):
                hint = {"pattern": pattern}
    return hint


def _bounds(field: FieldInfo) -> Schema:
    bounds: Schema = {}
    for part in annotations_of(field):
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


def _types(annotation: Any) -> list[Any]:  # noqa: ANN401 - a type, or that or None
    return [annotation, *(each for part in get_args(annotation) for each in _types(part))]


def _literals(annotation: Any) -> list[str]:  # noqa: ANN401 - a Literal, or that or None
    if get_origin(annotation) is Literal:
        return [each for each in get_args(annotation) if isinstance(each, str)]
    return [name for part in get_args(annotation) for name in _literals(part)]
