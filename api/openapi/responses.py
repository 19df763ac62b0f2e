"""Responses of an operation by status, with the schema of each media type."""

from typing import Any

from api.openapi.json_schema import BINARY, STRING, Schema, refer_to_schema
from api.openapi.operation import CSV, HTML, JSON, Operation
from api.openapi.reading_operations import ATOM
from api.openapi.statuses import has_etag, list_failure_statuses, refer_to_failure
from api.representation import GEOJSON, OPENAPI

Document = dict[str, Any]
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
    206: "The bytes of a file that `Range` asks for.",
    304: "Not modified.",
    202: "Accepted: it waits for a reviewer, or is on its way.",
    204: "There is nothing in it, or nothing more to say.",
    503: "It cannot answer requests now.",
}


def _choose_schema(operation: Operation, media_type: str) -> Schema:
    """Return the schema of the media type; only "object" for a collection as JSON-FG."""
    if media_type == "*/*":
        return {"description": "Whatever came."}
    if media_type in TEXT_TYPES:
        return STRING
    is_json = media_type in {JSON, OPENAPI} or media_type.endswith("+json")
    if operation.answer is None or not is_json:
        return BINARY
    if media_type == "application/vnd.ogc.fg+json" and operation.gives != (GEOJSON,):
        return {"type": "object"}
    return refer_to_schema(operation.answer)
