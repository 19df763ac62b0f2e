"""The routes of the application, as they are."""

from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import BaseRoute, Mount


def list_methods_and_paths(routes: Iterable[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """Every method of every path, those of routers that are part of others too; what is mounted writes nothing."""
    for route in routes:
        if included := getattr(route, "original_router", None):
            context: Any = route.include_context  # type: ignore[attr-defined]
            yield from list_methods_and_paths(included.routes, before + context.prefix)
        elif isinstance(route, Mount):
            assert route.path == "/static"
        else:
            one: Any = route
            yield from ((method, before + one.path) for method in one.methods)
