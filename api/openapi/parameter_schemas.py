"""JSON schemas of parameters for the API document, with the bounds that the service enforces.

A list for QGIS or GDAL is plain text; the service checks its values and names invalid values in the error.
"""

from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from api.parameter_bounds import MAX_ITEM_CHARACTERS, MAX_ITEMS, accepts_list, get_max_characters, iterate_annotations
from api.parameter_hints import AllowedValues, ValuePattern

Schema = dict[str, Any]
NUMBER_TYPES = {int: "integer", float: "number"}


def build_parameter_schema(name: str, field: FieldInfo, *, as_text: bool) -> Schema:
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
