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

from api.bad_parameters import BadParameters
from api.callers import Forbidden, NotAuthenticated
from api.database_failures import ERRORS as DATABASE_ERRORS
from api.database_failures import Failure, failure_of
from api.exceptions import Overloaded
from api.http.allowed_methods import AllowedMethods
from api.http.content_policy import ANYBODY, HEADER, page_policy
from api.messages.language import language_of
from api.messages.message import Message, MessageError
from api.not_found import NotFound
from api.proposals import NotProposed
from api.rate_limited_log import RateLimitedLog
from api.representation import KEY_IN_QUERY, address, html_page, query_of, wants_html
from api.shorten import LONGEST_SHOWN, shorten
from api.spreadsheets.faults import TooLarge
from api.submissions.answer import translate
from api.submissions.door import KeyReused, KeyTooLong, PointMoved, Refused, RefusedForeign
from api.submissions.raw import UnsupportedForm
from api.submissions.review import NotWaiting
from api.transactions.sent_feature import BadFeature
from models.offices import OfficeExists, UnknownPlaces
from models.restriction_content import NoLongerBelieved
from models.webhooks import TooManyWebhooks

log = logging.getLogger(__name__)
overloads = RateLimitedLog(log)
LONGEST_DETAIL = 2000
MOST_NAMED = 20
# Default for answers with 503.
RETRY_AFTER_S = 5

BAD_BODY = "A body that cannot be used"
OURS = "It is logged and not the fault of the request."
STATUS: dict[type[Exception], tuple[int, str]] = {
    BadParameters: (400, "Parameters that cannot be used"),
    UnknownPlaces: (400, BAD_BODY),
    BadFeature: (400, "A feature that cannot be used"),
    KeyTooLong: (400, "The Idempotency-Key cannot be used"),
    ClientDisconnect: (400, "The client went away"),
    NotAuthenticated: (401, "A key is needed"),
    Forbidden: (403, "This key may not do that"),
    NotFound: (404, "Not found"),
    OfficeExists: (409, "It is there already"),
    NotWaiting: (409, "It was decided already"),
    NotProposed: (409, "It was decided already"),
    TooManyWebhooks: (409, "Too many webhooks"),
    NoLongerBelieved: (409, "It was superseded"),
    PointMoved: (412, "It has changed since"),
    TooLarge: (413, "Too large"),
    UnsupportedForm: (415, "A form that cannot be read"),
    KeyReused: (422, "The Idempotency-Key was used before"),
    Refused: (422, "The submission was refused"),
    RefusedForeign: (403, "This key may not write there"),
    Overloaded: (503, "Busy"),
    Exception: (500, "The service failed"),
}


def install(app: FastAPI) -> None:
    """Register the handlers, so that the application answers with problems instead of its own error formats."""
    for kind in (HTTPException, RequestValidationError, *STATUS, *DATABASE_ERRORS):
        app.add_exception_handler(kind, answer_to)


async def answer_to(request: Request, error: Exception) -> Response:
    """Build the response to a request that failed with the error."""
    if isinstance(error, HTTPException):
        return _from_framework(request, error)
    if isinstance(error, RequestValidationError):
        return _from_body(request, error)
    if isinstance(error, DATABASE_ERRORS) and (failure := failure_of(error)):
        return _from_failure(request, error, failure)
    return _from_exception(request, error)


def _from_failure(request: Request, error: Exception, failure: Failure) -> Response:
    if failure.retry_after_s is not None:
        overloads.write(failure.title, f"{_place(request)}: {_first_line(error)}")
        retry = {"Retry-After": str(failure.retry_after_s)}
        return problem(request, failure.status, failure.title, failure.detail, headers=retry)
    # A check that should have refused this request earlier is missing: log the traceback.
    log.error("%s was not refused in time", _place(request), exc_info=error)
    names = [name for name in request.query_params if name != KEY_IN_QUERY][:MOST_NAMED]
    if not names and request.method in {"GET", "HEAD"}:
        return problem(request, 500, "The service failed", OURS)
    errors = [
        {"parameter": shorten(name), "value": shorten(request.query_params[name]), "reason": failure.detail}
        for name in names
    ]
    detail = f"{', '.join(error['parameter'] for error in errors) or 'the body'}: {failure.detail}"
    return problem(request, failure.status, failure.title if errors else BAD_BODY, detail, members={"errors": errors})


def _from_exception(request: Request, error: Exception) -> Response:
    status, title = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status == 500:
        log.error("%s failed", _place(request), exc_info=error)
        return problem(request, status, title, OURS)
    if status == 503:
        overloads.write(title, f"{_place(request)}: {error}")
    members = {"errors": getattr(error, "errors", None)}
    if isinstance(error, MessageError):
        language = language_of(request)
        title = Message(f"title.{type(error).__name__}").text(language)
        members |= translate(error.answer, language) if isinstance(error, Refused) else {}
        response = problem(request, status, title, error.message.text(language), members=members)
    else:
        response = problem(request, status, title, str(error), members=members)
    for name, value in getattr(error, "headers", ()):
        if name == "Retry-After":
            response.headers[name] = value
        else:
            response.headers.append(name, value)
    return response


def _place(request: Request) -> str:
    """Format method and path for a log line: without a client's line breaks, and shortened from up to 60 kB."""
    return f"{request.method} {quote(request.url.path)[:LONGEST_SHOWN]}"


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error) or type(error).__name__).splitlines()[0][:LONGEST_SHOWN]


def _from_framework(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        return _not_allowed(request, error)
    path = _without_slashes(request.scope["path"])
    if error.status_code == 404 and path != request.scope["path"] and _is_ours(request, path):
        return RedirectResponse(address(request, path, **query_of(request)), 308)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem(request, error.status_code, str(error.detail), detail, headers=error.headers)


def _without_slashes(path: str) -> str:
    """Remove extra slashes from the path: people and programs append or double them."""
    return "/" + "/".join(part for part in path.split("/") if part)


def _is_ours(request: Request, path: str) -> bool:
    there = {**request.scope, "path": path}
    return any(route.matches(there)[0] is not Match.NONE for route in request.app.router.routes)


def _not_allowed(request: Request, error: HTTPException) -> Response:
    """Build the 405 with the methods of the path, and the answer to OPTIONS, which no route has to handle."""
    methods: AllowedMethods = request.app.state.allowed_methods
    headers = {"Allow": ", ".join(methods.list_methods(request.scope["path"]))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    detail = f"{request.method} {request.url.path}: {error.detail}; there are {headers['Allow']}"
    return problem(request, 405, str(error.detail), detail, headers=headers)


def _from_body(request: Request, error: RequestValidationError) -> Response:
    if any(fault["loc"][0] == "path" for fault in error.errors()):
        # The path parameter is not a number, or no row can have the number.
        return problem(request, 404, "Not found", f"{request.method} {request.url.path}: there is nothing here")
    errors = [_named(fault) for fault in error.errors()[:MOST_NAMED]]
    detail = "; ".join(f"{each['field']}={each['value']}: {each['reason']}" for each in errors)
    return problem(request, 400, BAD_BODY, detail, members={"errors": errors})


def _named(fault: Mapping[str, Any]) -> dict[str, str]:
    """Describe the body's field, its value and its error; `body` if the body has no fields."""
    place, *path = fault["loc"]
    if fault["type"] == "json_invalid":
        reason = f"is not JSON: {fault['ctx']['error']}, at character {path[0]}"
        return {"field": "body", "value": "", "reason": reason}
    if not path:
        return {"field": place, "value": "", "reason": "has to be a JSON object, sent as application/json"}
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        reason = "is not a field here"
    value = "" if fault["type"] == "missing" else _shown(fault["input"])
    return {"field": _shown(".".join(str(part) for part in path)), "value": value, "reason": reason}


def _shown(value: object) -> str:
    """Format the value as submitted, shortened."""
    return shorten(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def problem(
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
        "detail": shorten(detail, LONGEST_DETAIL),
    }
    document |= {name: value for name, value in (members or {}).items() if value is not None}
    # A failure may be over a moment later.
    headers = {"Cache-Control": "no-store", **(headers or {})}
    if status == 503:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    if wants_html(request):
        if request.scope["path"] == "/map" and "embed" in request.query_params:
            # A page that embeds the map shows the errors of its address.
            headers[HEADER] = page_policy(framed_by=ANYBODY)
        return html_page(request, "problem.html", {"document": document}, status=status, headers=headers)
    content = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    return Response(content, status, headers, "application/problem+json")
