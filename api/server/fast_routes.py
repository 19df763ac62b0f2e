"""Fast routes: frequent requests bypass the middleware."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext

from fastapi import Request, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.exception_handlers import build_error_response
from api.http.priority import ReadThrottle

Endpoint = Callable[[Request], Awaitable[Response]]


class FastRouter:
    """ASGI application for public data; calls the endpoints at these paths directly, and `app` for all other paths.

    The middleware has nothing to do there: these requests have no body to limit, and the Front itself sets the CORS
    headers. It took a fifth of Python's time for a small answer. `order` delays reads during an update.
    """

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Endpoint], order: ReadThrottle | None = None) -> None:
        self.app = app
        self._order = order
        self._routes = [Route(path, endpoint) for path, endpoint in endpoints.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for route in self._routes:
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                request = Request({**scope, **child_scope, "app": self.app}, receive)
                response = await _call_endpoint(request, route.endpoint, self._order)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _call_endpoint(request: Request, endpoint: Endpoint, order: ReadThrottle | None) -> Response:
    try:
        async with order or nullcontext():
            return await endpoint(request)
    except Exception as error:  # noqa: BLE001 - as the application answers to it
        return await build_error_response(request, error)
