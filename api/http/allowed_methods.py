"""Which methods a path has: for `Allow`, which lists those of the resource and not of one route (RFC 9110, 10.2.1).

Routes of one path lie apart, in the files of what they do; the first of them that meets a request knows only its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, Route

ORDER = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
# Of what is mounted: files.
READ = ("GET", "HEAD", "OPTIONS")
# The methods of a path that has fewer than its routes, by what stands in the braces of its template.
Narrowing = Callable[[Mapping[str, str]], Sequence[str]]


class AllowedMethods:
    """The methods of each path of the routes. `narrowed` are templates of which some paths have fewer methods."""

    def __init__(self, routes: Iterable[BaseRoute], narrowed: Mapping[str, Narrowing] | None = None) -> None:
        self._narrowed = narrowed or {}
        self._routes: dict[str, Route] = {}
        self._methods: dict[str, set[str]] = {}
        # A path that is written out comes before one with braces that it fits too.
        for route in sorted(_plain(routes), key=lambda route: route.path.count("{")):
            self._routes.setdefault(route.path, route)
            self._methods.setdefault(route.path, set()).update(route.methods or ())

    def of(self, path: str) -> tuple[str, ...]:
        """The methods in the order in which they are listed; those of files where no route has the path."""
        for template, route in self._routes.items():
            match, found = route.matches({"type": "http", "path": path, "method": ""})
            if match is not Match.NONE:
                if template in self._narrowed:
                    return tuple(self._narrowed[template](found["path_params"]))
                methods = self._methods[template] | {"OPTIONS"}
                return tuple(method for method in ORDER if method in methods)
        return READ


def add_head(routes: Iterable[BaseRoute]) -> None:
    """Have HEAD answered wherever GET is (RFC 9110, 9.1), by the same endpoint; FastAPI's `get` is GET alone."""
    for route in routes:
        if isinstance(route, APIRoute) and "GET" in (methods := route.methods or set()):
            methods.add("HEAD")


def _plain(routes: Iterable[BaseRoute]) -> list[Route]:
    return [route for route in routes if isinstance(route, Route)]
