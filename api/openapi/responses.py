"""Responses of an operation: success by its media types and schema, failure by its input and its role."""

from typing import Any

from api.http.public_paths import PUBLIC_PATHS
from api.openapi.json_schema import BINARY, STRING, Schema, refer_to_schema
from api.parameters.bounds import MAX_QUERY_BYTES, get_max_characters
from api.parameters.operation import CSV, HTML, JSON, Operation
from api.parameters.shared import map_parameter_fields
from api.responses.representation import GEOJSON, OPENAPI
from api.subscriptions.feeds.routes import ATOM_TYPE

Document = dict[str, Any]
TEXT_TYPES = {HTML, CSV, ATOM_TYPE, "application/geo+json-seq", "application/vnd.qgis.qml"}
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


PROBLEM_JSON = "application/problem+json"
# A page where `f` or `Accept` requests HTML.
PROBLEM = {PROBLEM_JSON: {"schema": refer_to_schema("Problem")}, HTML: {"schema": STRING}}
# By status: the name of its response in the components, and its description.
FAILURES = {
    400: ("BadRequest", "A parameter, header or the body is invalid."),
    401: ("Unauthorized", "The key is missing, unknown, expired or revoked."),
    403: ("Forbidden", "The key has no permission for this."),
    404: ("NotFound", "The resource does not exist."),
    409: ("Conflict", "Already decided, superseded or created, or a limit is reached."),
    412: ("PreconditionFailed", "The resource has changed since the version in `If-Match`."),
    413: ("ContentTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The media type or the encoding of the body is not supported."),
    416: ("RangeNotSatisfiable", "`Range` is outside the file."),
    422: (
        "UnprocessableContent",
        "The submission was rejected, with the reasons by row; or the `Idempotency-Key` was used with another body.",
    ),
    431: ("RequestHeaderFieldsTooLarge", "The address and the headers together are too long."),
    500: ("ServerError", "The service failed."),
    503: (
        "ServiceUnavailable",
        "The service is busy or its database is unreachable: retry after the time in `Retry-After`.",
    ),
}
FAILURE_HEADERS = {401: "WWW-Authenticate", 503: "Retry-After"}


def list_failure_statuses(operation: Operation) -> list[int]:
    """List the failure statuses: 400, 500 and 503 of every operation, others by its input and its role."""
    statuses = {400, 500, 503, *operation.fails}
    if operation.role != "anyone":
        statuses.add(401)
        if operation.role in {"reviewer", "admin"} or operation.method != "get":
            statuses.add(403)
    if "{" in operation.path:
        statuses.add(404)
    if operation.takes:
        # 415 is for an unsupported media type or Content-Encoding.
        statuses |= {413, 415}
    if operation.ranges:
        statuses.add(416)
    if "If-Match" in operation.headers or has_etag(operation):
        statuses.add(412)
    if "Idempotency-Key" in operation.headers:
        statuses.add(422)
    if _measure_max_query(operation) > MAX_QUERY_BYTES:
        statuses.add(431)
    return sorted(statuses)


def has_etag(operation: Operation) -> bool:
    """Return whether responses have an ETag for revalidation, as all public responses do."""
    is_public = operation.method == "get" and operation.role == "anyone"
    return is_public and operation.path.split("/", 2)[1] in PUBLIC_PATHS


def _measure_max_query(operation: Operation) -> int:
    """Return the length of the longest allowed query string, in characters."""
    fields = map_parameter_fields(operation.parameters).values() if operation.parameters else ()
    return sum(map(get_max_characters, fields))


def build_failure_responses() -> dict[str, Schema]:
    """Build the failure responses by name, for the document's components."""
    return {name: _build_failure_response(status, meaning) for status, (name, meaning) in FAILURES.items()}


def refer_to_failure(status: int) -> Schema:
    return {"$ref": f"#/components/responses/{FAILURES[status][0]}"}


def _build_failure_response(status: int, meaning: str) -> Schema:
    headers = {"headers": {FAILURE_HEADERS[status]: {"schema": STRING}}} if status in FAILURE_HEADERS else {}
    return {"description": meaning, **headers, "content": PROBLEM}
