"""Errors as the client sees them: one table from exception to status, one form (RFC 9457)."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.callers import Forbidden, NotAuthenticated
from api.database_away import is_away
from api.exceptions import Overloaded
from api.not_found import NotFound
from api.pages import render
from api.parameters import BadParameters
from api.proposals import NotProposed
from api.representation import root_of, wants_html
from api.submissions.door import KeyReused, KeyTooLong, PointMoved, Refused, RefusedForeign
from api.submissions.raw import TooLarge, UnsupportedForm
from api.submissions.review import NotWaiting
from api.transactions.sent_feature import BadFeature
from models.offices import OfficeExists, UnknownPlaces
from models.restriction_content import NoLongerBelieved

log = logging.getLogger(__name__)
LONGEST_SHOWN = 100


BAD_BODY = "A body that cannot be used"
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
    NoLongerBelieved: (409, "It was superseded"),
    PointMoved: (412, "It has changed since"),
    TooLarge: (413, "Too large"),
    UnsupportedForm: (415, "A form that cannot be read"),
    KeyReused: (422, "The Idempotency-Key was used before"),
    Refused: (422, "The submission was refused"),
    RefusedForeign: (403, "This key may not write there"),
    Overloaded: (503, "Busy"),
    OperationalError: (503, "The database is away"),
    FileNotFoundError: (503, "The database is away"),
    ConnectionError: (503, "The database is away"),
    DBAPIError: (500, "The service failed"),
    Exception: (500, "The service failed"),
}


def install(app: FastAPI) -> None:
    """Have the application answer with problems instead of its own forms of error."""
    for kind in (HTTPException, RequestValidationError, *STATUS):
        app.add_exception_handler(kind, answer_to)


async def answer_to(request: Request, error: Exception) -> Response:
    """The answer to a request that failed with this."""
    if isinstance(error, HTTPException):
        return _from_framework(request, error)
    if isinstance(error, RequestValidationError):
        return _from_body(request, error)
    return _from_exception(request, error)


def _from_exception(request: Request, error: Exception) -> Response:
    kinds = (OperationalError,) if is_away(error) else type(error).__mro__
    status, title = next(STATUS[kind] for kind in kinds if kind in STATUS)
    if status >= 500 and not isinstance(error, Overloaded):
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(request, status, title, "It is logged and not the fault of the request.")
    told = {"errors": getattr(error, "errors", None)} | getattr(error, "answer", {})
    response = problem(request, status, title, str(error), told=told)
    for name, value in getattr(error, "headers", ()):
        response.headers.append(name, value)
    return response


def _from_framework(request: Request, error: HTTPException) -> Response:
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem(request, error.status_code, str(error.detail), detail, headers=error.headers)


def _from_body(request: Request, error: RequestValidationError) -> Response:
    if any(fault["loc"][0] == "path" for fault in error.errors()):
        # No number, or none that anything could have.
        return problem(request, 404, "Not found", f"{request.method} {request.url.path}: there is nothing here")
    errors = [_named(fault) for fault in error.errors()]
    detail = "; ".join(f"{each['field']}={each['value']}: {each['reason']}" for each in errors)
    return problem(request, 400, BAD_BODY, detail, told={"errors": errors})


def _named(fault: Mapping[str, Any]) -> dict[str, str]:
    """The field of the body, its value and what is wrong with it; the body itself where it has no fields."""
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
    """The value as it was written, to a bearable length, without halves of characters that could not be sent back."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    cut = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return cut.encode(errors="replace").decode()


def problem(
    request: Request,
    status: int,
    title: str,
    detail: str,
    *,
    told: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem as `application/problem+json`, or as a page for a browser. `told` are further members."""
    document: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    document |= {name: value for name, value in (told or {}).items() if value is not None}
    if wants_html(request):
        page = render("problem.html", document=document, root=root_of(request))
        return Response(page, status, headers, "text/html")
    return JSONResponse(document, status, headers, "application/problem+json")
