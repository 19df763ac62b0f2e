"""Exception handlers: one table from exception to status, one format of error (RFC 9457)."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from api.auth.dependencies import Forbidden, NotAuthenticated
from api.concurrency.rate_limited_log import RateLimitedLog
from api.database.errors import ERRORS as DATABASE_ERRORS
from api.database.errors import Failure, find_failure
from api.editing.request_body import InvalidFeature
from api.exceptions import NotFound, Overloaded
from api.http.allowed_methods import AllowedMethods
from api.http.content_policy import ANYBODY, POLICY_HEADER, build_page_policy
from api.messages.message import Message, MessageError
from api.parameters.errors import MAX_SHOWN_CHARACTERS, BadParameters, shorten
from api.register.proposals import NotProposed
from api.responses.language import negotiate_language
from api.responses.representation import KEY_IN_QUERY, build_url, get_query_values, is_html_requested, render_page
from api.spreadsheets.errors import TooLarge
from api.submissions.repeats import KeyReused, KeyTooLong
from api.submissions.result import translate_answer
from api.submissions.review import NotWaiting
from api.submissions.rows import UnsupportedForm
from api.submissions.service import PointMoved, Refused, RefusedForeign
from models.accounts.offices import OfficeExists, UnknownPlaces
from models.accounts.webhooks import TooManyWebhooks
from models.queries.restriction_detail import RestrictionSuperseded

log = logging.getLogger(__name__)
overloads = RateLimitedLog(log)
MAX_DETAIL_LENGTH = 2000
MAX_LISTED_ERRORS = 20
# Default for answers with 503.
RETRY_AFTER_S = 5

BAD_BODY = "Invalid body"
LOGGED_DETAIL = "The error is logged; the request did not cause it."
STATUS: dict[type[Exception], tuple[int, str]] = {
    BadParameters: (400, "Invalid parameters"),
    UnknownPlaces: (400, BAD_BODY),
    InvalidFeature: (400, "Invalid feature"),
    KeyTooLong: (400, "Invalid Idempotency-Key"),
    ClientDisconnect: (400, "The client disconnected"),
    NotAuthenticated: (401, "A key is required"),
    Forbidden: (403, "This key has no permission for this"),
    NotFound: (404, "Not found"),
    OfficeExists: (409, "It already exists"),
    NotWaiting: (409, "Already decided"),
    NotProposed: (409, "Already decided"),
    TooManyWebhooks: (409, "Too many webhooks"),
    RestrictionSuperseded: (409, "Superseded"),
    PointMoved: (412, "It has changed"),
    TooLarge: (413, "Too large"),
    UnsupportedForm: (415, "Unsupported format"),
    KeyReused: (422, "The Idempotency-Key was already used"),
    Refused: (422, "The submission was rejected"),
    RefusedForeign: (403, "This key has no permission to write there"),
    Overloaded: (503, "Busy"),
    Exception: (500, "The service failed"),
}


def install_handlers(app: FastAPI) -> None:
    """Register the handlers, so that the application answers with problems instead of its own error formats."""
    for kind in (HTTPException, RequestValidationError, *STATUS, *DATABASE_ERRORS):
        app.add_exception_handler(kind, build_error_response)


async def build_error_response(request: Request, error: Exception) -> Response:
    """Build the response to a request that failed with the error."""
    if isinstance(error, HTTPException):
        return _build_framework_response(request, error)
    if isinstance(error, RequestValidationError):
        return _build_validation_response(request, error)
    if isinstance(error, DATABASE_ERRORS) and (failure := find_failure(error)):
        return _build_failure_response(request, error, failure)
    return _build_exception_response(request, error)


def _build_failure_response(request: Request, error: Exception, failure: Failure) -> Response:
    if failure.retry_after_s is not None:
        overloads.write(failure.title, f"{_format_request(request)}: {_get_first_line(error)}")
        retry = {"Retry-After": str(failure.retry_after_s)}
        return build_problem_response(request, failure.status, failure.title, failure.detail, headers=retry)
    # A check that should have refused this request earlier is missing: log the traceback.
    log.error("%s was not refused in time", _format_request(request), exc_info=error)
    names = [name for name in request.query_params if name != KEY_IN_QUERY][:MAX_LISTED_ERRORS]
    if not names and request.method in {"GET", "HEAD"}:
        return build_problem_response(request, 500, "The service failed", LOGGED_DETAIL)
    errors = [
        {"parameter": shorten(name), "value": shorten(request.query_params[name]), "reason": failure.detail}
        for name in names
    ]
    detail = f"{', '.join(error['parameter'] for error in errors) or 'the body'}: {failure.detail}"
    return build_problem_response(
        request, failure.status, failure.title if errors else BAD_BODY, detail, members={"errors": errors}
    )


def _build_exception_response(request: Request, error: Exception) -> Response:
    status, title = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status == 500:
        log.error("%s failed", _format_request(request), exc_info=error)
        return build_problem_response(request, status, title, LOGGED_DETAIL)
    if status == 503:
        overloads.write(title, f"{_format_request(request)}: {error}")
    members = {"errors": getattr(error, "errors", None)}
    if isinstance(error, MessageError):
        language = negotiate_language(request)
        title = Message(f"title.{type(error).__name__}").render(language)
        members |= translate_answer(error.answer, language) if isinstance(error, Refused) else {}
        response = build_problem_response(request, status, title, error.message.render(language), members=members)
    else:
        response = build_problem_response(request, status, title, str(error), members=members)
    for name, value in getattr(error, "headers", ()):
        if name == "Retry-After":
            response.headers[name] = value
        else:
            response.headers.append(name, value)
    return response


def _format_request(request: Request) -> str:
    """Format method and path for a log line: without a client's line breaks, and shortened from up to 60 kB."""
    return f"{request.method} {quote(request.url.path)[:MAX_SHOWN_CHARACTERS]}"


def _get_first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error) or type(error).__name__).splitlines()[0][:MAX_SHOWN_CHARACTERS]


def _build_framework_response(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        return _build_not_allowed_response(request, error)
    path = _normalize_slashes(request.scope["path"])
    if error.status_code == 404 and path != request.scope["path"] and _is_ours(request, path):
        return RedirectResponse(build_url(request, path, **get_query_values(request)), 308)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return build_problem_response(request, error.status_code, str(error.detail), detail, headers=error.headers)


def _normalize_slashes(path: str) -> str:
    """Remove extra slashes from the path: people and programs append or double them."""
    return "/" + "/".join(part for part in path.split("/") if part)


def _is_ours(request: Request, path: str) -> bool:
    there = {**request.scope, "path": path}
    return any(route.matches(there)[0] is not Match.NONE for route in request.app.router.routes)


def _build_not_allowed_response(request: Request, error: HTTPException) -> Response:
    """Build the 405 with the methods of the path, and the answer to OPTIONS, which no route has to handle."""
    methods: AllowedMethods = request.app.state.allowed_methods
    headers = {"Allow": ", ".join(methods.list_methods(request.scope["path"]))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    detail = f"{request.method} {request.url.path}: {error.detail}; allowed: {headers['Allow']}"
    return build_problem_response(request, 405, str(error.detail), detail, headers=headers)


def _build_validation_response(request: Request, error: RequestValidationError) -> Response:
    if any(fault["loc"][0] == "path" for fault in error.errors()):
        # The path parameter is not a number, or no row can have the number.
        return build_problem_response(
            request, 404, "Not found", f"{request.method} {request.url.path}: no such address"
        )
    errors = [_describe_field(fault) for fault in error.errors()[:MAX_LISTED_ERRORS]]
    detail = "; ".join(f"{each['field']}={each['value']}: {each['reason']}" for each in errors)
    return build_problem_response(request, 400, BAD_BODY, detail, members={"errors": errors})


def _describe_field(fault: Mapping[str, Any]) -> dict[str, str]:
    """Describe the body's field, its value and its error; `body` if the body has no fields."""
    place, *path = fault["loc"]
    if fault["type"] == "json_invalid":
        reason = f"is not JSON: {fault['ctx']['error']}, at character {path[0]}"
        return {"field": "body", "value": "", "reason": reason}
    if not path:
        return {"field": place, "value": "", "reason": "must be a JSON object, sent as application/json"}
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        reason = "unknown field"
    value = "" if fault["type"] == "missing" else _format_value(fault["input"])
    return {"field": _format_value(".".join(str(part) for part in path)), "value": value, "reason": reason}


def _format_value(value: object) -> str:
    """Format the value as submitted, shortened."""
    return shorten(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def build_problem_response(
    request: Request,
    status: int,
    title: str,
    detail: str,
    *,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build the problem as `application/problem+json`, or as a page for a browser. `members` are further members."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": shorten(detail, MAX_DETAIL_LENGTH),
    }
    document |= {name: value for name, value in (members or {}).items() if value is not None}
    # A failure may be over a moment later.
    headers = {"Cache-Control": "no-store", **(headers or {})}
    if status == 503:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    if is_html_requested(request):
        if request.scope["path"] == "/map" and "embed" in request.query_params:
            # A page that embeds the map shows the errors of its address.
            headers[POLICY_HEADER] = build_page_policy(framed_by=ANYBODY)
        return render_page(request, "layout/problem.html", {"document": document}, status=status, headers=headers)
    content = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    return Response(content, status, headers, "application/problem+json")
