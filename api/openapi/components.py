"""Sharing of parameters and responses that several operations of the API document have, by references."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from api.openapi.json_schema import BINARY, SCHEMA_PREFIX, STRING, Schema, refer_to_schema
from api.openapi.operation import CSV, HTML, JSON, Operation
from api.openapi.reading_operations import ATOM
from api.openapi.statuses import has_etag, list_failure_statuses, refer_to_failure
from api.parameters.bounds import MAX_ITEM_CHARACTERS, MAX_ITEMS, accepts_list, get_max_characters, iterate_annotations
from api.parameters.hints import AllowedValues, ValuePattern
from api.responses.representation import GEOJSON, OPENAPI

Document = dict[str, Any]
SCHEMA_NAME = re.compile(rf'"{re.escape(SCHEMA_PREFIX)}(\w+)"')


def share_parameters(paths: Document, initial: Document) -> Document:
    """Replace parameters that occur more than once by references; return the shared parameters by name.

    `initial` are parameters with references already; they are returned too. Parameters of items are not replaced:
    QGIS does not follow all references there.
    """
    places = [
        (operation["parameters"], place)
        for operation in _iterate_operations(paths)
        for place, each in enumerate(operation["parameters"])
        if "name" in each
    ]
    return _share_parts(places, "parameters", initial, lambda parameter: str(parameter["name"]))


def share_responses(paths: Document, initial: Document) -> Document:
    """Replace responses that occur more than once by references; return the shared responses by name.

    A response is named by its schema; without a schema it is as short as a reference and stays. `initial` are
    responses with references already; they are returned too.
    """
    places = [
        (operation["responses"], status)
        for operation in _iterate_operations(paths)
        for status, each in operation["responses"].items()
        if "$ref" not in each and SCHEMA_NAME.search(_serialise_part(each))
    ]
    return _share_parts(places, "responses", initial, lambda answer: SCHEMA_NAME.findall(_serialise_part(answer))[0])


def _share_parts(
    places: list[tuple[Any, Any]], kind: str, initial: Document, name_of: Callable[[Document], str]
) -> Document:
    """Replace equal parts at several places by references. A place is a list or an object, and a key in it.

    Equal parts share one name; a different part with the same name gets a number as suffix.
    """
    times = Counter(_serialise_part(holder[key]) for holder, key in places)
    names: dict[str, str] = {}
    shared, taken = dict(initial), Counter(initial)
    for holder, key in places:
        text = _serialise_part(holder[key])
        if times[text] > 1:
            if text not in names:
                name = name_of(holder[key])
                names[text] = f"{name}-{taken[name] + 1}" if taken[name] else name
                taken[name] += 1
                shared[names[text]] = holder[key]
            holder[key] = {"$ref": f"#/components/{kind}/{names[text]}"}
    return shared


def _iterate_operations(paths: Document) -> Iterator[Document]:
    for path, methods in paths.items():
        if not path.endswith("/items"):
            yield from methods.values()


def _serialise_part(part: Document) -> str:
    return json.dumps(part, sort_keys=True)


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


TEXT_TYPES = {HTML, CSV, ATOM, "application/geo+json-seq", "application/vnd.qgis.qml"}
# Schema of health endpoints, which send it with success and failure.
HEALTH_SCHEMA = "Health"


def build_responses(operation: Operation) -> Document:
    """Build the responses by status, success before failure."""
    conditional = (*([304] if has_etag(operation) else []), *([206] if operation.ranges else []))
    good = {str(status): _build_success(operation, status) for status in sorted({*operation.statuses, *conditional})}
    bad = {str(status): refer_to_failure(status) for status in list_failure_statuses(operation)}
    if operation.answer == HEALTH_SCHEMA:
        bad["503"] = _build_success(operation, 503)
    return good | bad


def _build_success(operation: Operation, status: int) -> Document:
    description = STATUS_DESCRIPTIONS.get(status, operation.summary)
    if status in EMPTY_STATUSES or (operation.answer is None and operation.gives == (JSON,)):
        return {"description": description}
    # A part of a file is bytes, of any file.
    media_types = ("*/*",) if status == 206 else operation.gives
    content = {
        media_type: {"schema": BINARY if status == 206 else _choose_schema(operation, media_type)}
        for media_type in media_types
    }
    return {"description": description, "content": content}


EMPTY_STATUSES = frozenset((204, 304))
STATUS_DESCRIPTIONS = {
    206: "The byte range requested by `Range`.",
    304: "Not modified.",
    202: "Accepted: waiting for review, or being delivered.",
    204: "No content.",
    503: "The service cannot handle requests now.",
}


def _choose_schema(operation: Operation, media_type: str) -> Schema:
    """Return the schema of the media type; only "object" for a collection as JSON-FG."""
    if media_type == "*/*":
        return {"description": "The submitted file, in its own media type."}
    if media_type in TEXT_TYPES:
        return STRING
    is_json = media_type in {JSON, OPENAPI} or media_type.endswith("+json")
    if operation.answer is None or not is_json:
        return BINARY
    if media_type == "application/vnd.ogc.fg+json" and operation.gives != (GEOJSON,):
        return {"type": "object"}
    return refer_to_schema(operation.answer)
