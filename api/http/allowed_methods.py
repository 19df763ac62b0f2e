"""Methods of each path, for `Allow`, which lists the methods of a resource and not of one route (RFC 9110, 10.2.1).

The routes of one path are in several files, and the first route that matches a request has only its own methods.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, Route

METHOD_ORDER = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
# Methods of mounted applications, which serve files.
READ_METHODS = ("GET", "HEAD", "OPTIONS")
# Returns the methods of a path that has fewer than its routes, by the path parameters.
Narrowing = Callable[[Mapping[str, str]], Sequence[str]]


class AllowedMethods:
    """The methods of each path of the routes. `narrowed` holds templates with fewer methods for some paths."""

    def __init__(self, routes: Iterable[BaseRoute], narrowed: Mapping[str, Narrowing] | None = None) -> None:
        self._narrowed = narrowed or {}
        self._routes: dict[str, Route] = {}
        self._methods: dict[str, set[str]] = {}
        # A literal path comes before a template that matches it too.
        for route in sorted(_filter_routes(routes), key=lambda route: route.path.count("{")):
            self._routes.setdefault(route.path, route)
            self._methods.setdefault(route.path, set()).update(route.methods or ())

    def list_methods(self, path: str) -> tuple[str, ...]:
        """Return the methods in the order of `METHOD_ORDER`; `READ`, as for files, if no route has the path."""
        for template, route in self._routes.items():
            match, found = route.matches({"type": "http", "path": path, "method": ""})
            if match is not Match.NONE:
                if template in self._narrowed:
                    return tuple(self._narrowed[template](found["path_params"]))
                methods = self._methods[template] | {"OPTIONS"}
                return tuple(method for method in METHOD_ORDER if method in methods)
        return READ_METHODS


def add_head_method(routes: Iterable[BaseRoute]) -> None:
    """Add HEAD to every route with GET (RFC 9110, 9.1). FastAPI's `get` adds GET only."""
    for route in routes:
        if isinstance(route, APIRoute) and "GET" in (methods := route.methods or set()):
            methods.add("HEAD")


def _filter_routes(routes: Iterable[BaseRoute]) -> list[Route]:
    return [route for route in routes if isinstance(route, Route)]
