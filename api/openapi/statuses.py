"""Failure statuses of an operation, and the responses with these statuses."""

from api.http.public_paths import PUBLIC_PATHS
from api.openapi.json_schema import STRING, Schema, refer_to_schema
from api.openapi.operation import Operation
from api.parameters.bounds import MAX_QUERY_BYTES, get_max_characters
from api.parameters.shared import map_parameter_fields

PROBLEM_JSON, HTML = "application/problem+json", "text/html"
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
