"""Which statuses an operation answers with when it fails, and what such an answer has."""

from api.http.public_paths import PUBLIC
from api.openapi.json_schema import STRING, Schema, refer
from api.openapi.operation import Operation
from api.parameter_bounds import MAX_QUERY_BYTES, max_characters
from api.parameters import fields_by_name

PROBLEM_JSON, HTML = "application/problem+json", "text/html"
# As a page where `f` or `Accept` asks for one.
PROBLEM = {PROBLEM_JSON: {"schema": refer("Problem")}, HTML: {"schema": STRING}}
# By status: the name under which its answer is referred to, and what it means.
FAILURES = {
    400: ("BadRequest", "A parameter, header or body that cannot be used."),
    401: ("Unauthorized", "A key is needed, or the one sent is not known, expired or revoked."),
    403: ("Forbidden", "The key may not do that."),
    404: ("NotFound", "There is nothing of that name."),
    409: ("Conflict", "It was decided, superseded or made already, or there are too many."),
    412: ("PreconditionFailed", "What `If-Match` names has changed since."),
    413: ("ContentTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The media type, or the encoding, of the body cannot be read."),
    416: ("RangeNotSatisfiable", "The file has none of the bytes that `Range` asks for."),
    422: (
        "UnprocessableContent",
        "The submission was refused, row by row; or the `Idempotency-Key` came before with another body.",
    ),
    431: ("RequestHeaderFieldsTooLarge", "The address and the headers are too long together."),
    500: ("ServerError", "The service failed."),
    503: (
        "ServiceUnavailable",
        "The service is busy or its database is away: try again after the time in `Retry-After`.",
    ),
}
HEADERS = {401: "WWW-Authenticate", 503: "Retry-After"}


def failures_of(operation: Operation) -> list[int]:
    """The statuses of failures: 400, 500 and 503 of every operation, others by what it reads and who may call it."""
    found = {400, 500, 503, *operation.fails}
    if operation.role != "anyone":
        found.add(401)
        if operation.role in {"reviewer", "admin"} or operation.method != "get":
            found.add(403)
    if "{" in operation.path:
        found.add(404)
    if operation.takes:
        # 415 is of the media type, or of a Content-Encoding that is not read.
        found |= {413, 415}
    if operation.ranges:
        found.add(416)
    if "If-Match" in operation.headers or is_tagged(operation):
        found.add(412)
    if "Idempotency-Key" in operation.headers:
        found.add(422)
    if _longest_query(operation) > MAX_QUERY_BYTES:
        found.add(431)
    return sorted(found)


def is_tagged(operation: Operation) -> bool:
    """Whether its answers have an ETag by which readers can ask again: those that are the same for everybody."""
    is_public = operation.method == "get" and operation.role == "anyone"
    return is_public and operation.path.split("/", 2)[1] in PUBLIC


def _longest_query(operation: Operation) -> int:
    """Characters of the longest query string whose every parameter is as long as it may be."""
    fields = fields_by_name(operation.parameters).values() if operation.parameters else ()
    return sum(map(max_characters, fields))


def failure_responses() -> dict[str, Schema]:
    """The answers to requests that failed, by name, for the document's components."""
    return {name: _response(status, meaning) for status, (name, meaning) in FAILURES.items()}


def refer_to_failure(status: int) -> Schema:
    return {"$ref": f"#/components/responses/{FAILURES[status][0]}"}


def _response(status: int, meaning: str) -> Schema:
    headers = {"headers": {HEADERS[status]: {"schema": STRING}}} if status in HEADERS else {}
    return {"description": meaning, **headers, "content": PROBLEM}
