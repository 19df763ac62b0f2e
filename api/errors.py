"""Errors as the client sees them: one table from exception to status, one form (RFC 9457)."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException

from api.pages import render
from api.parameters import BadParameters
from api.representation import root_of, wants_html

log = logging.getLogger(__name__)


class NotFound(LookupError):
    """Nothing has the name or code; the message names it."""


STATUS: dict[type[Exception], tuple[int, str]] = {
    BadParameters: (400, "Parameters that cannot be used"),
    NotFound: (404, "Not found"),
    OperationalError: (503, "The database is away"),
    ConnectionError: (503, "The database is away"),
    DBAPIError: (500, "The service failed"),
    Exception: (500, "The service failed"),
}


def install(app: FastAPI) -> None:
    """Have the application answer with problems instead of its own forms of error."""
    app.add_exception_handler(HTTPException, _from_framework)
    for kind in STATUS:
        app.add_exception_handler(kind, _from_exception)


async def _from_exception(request: Request, error: Exception) -> Response:
    status, title = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status >= 500:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(request, status, title, "It is logged and not the fault of the request.")
    return problem(request, status, title, str(error), errors=getattr(error, "errors", None))


async def _from_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem(request, error.status_code, str(error.detail), detail, headers=error.headers)


def problem(
    request: Request,
    status: int,
    title: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem as `application/problem+json`, or as a page for a browser."""
    document: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors is not None:
        document["errors"] = errors
    if wants_html(request):
        page = render("problem.html", document=document, root=root_of(request))
        return Response(page, status, headers, "text/html")
    return JSONResponse(document, status, headers, "application/problem+json")
