"""A request takes its connection last, and gives it back before its answer is sent."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute

from api.auth.dependencies import get_caller
from api.auth.session import get_publish_connection, get_read_connection, get_write_connection
from api.main import create_app

CONNECTIONS = {get_read_connection, get_write_connection, get_publish_connection}


def api_routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from api_routes(included.routes)


def solved(dependant: Dependant) -> Iterator[Dependant]:
    """The dependencies in the order in which FastAPI solves them."""
    for each in dependant.dependencies:
        yield from solved(each)
        yield each


def needs_connection(dependant: Dependant) -> bool:
    return dependant.call in CONNECTIONS or any(map(needs_connection, dependant.dependencies))


@pytest.fixture
def dependants(shipped_engine: AsyncEngine) -> dict[str, Dependant]:
    """Of each endpoint that is given a connection, by its name."""
    routes = api_routes(create_app(shipped_engine).routes)
    endpoints: dict[str, Any] = {route.name: route.dependant for route in routes}
    return {name: dependant for name, dependant in endpoints.items() if needs_connection(dependant)}


def test_connection_is_given_back_before_the_answer_is_sent(dependants: dict[str, Dependant]) -> None:
    for name, dependant in dependants.items():
        assert all(each.scope == "function" for each in solved(dependant) if each.call in CONNECTIONS), name


def test_request_with_a_key_takes_its_connection_after_all_else_was_read(dependants: dict[str, Dependant]) -> None:
    """Of what is solved after the connection, everything needs it; the key is checked before, on one of its own."""
    with_key = 0
    for name, dependant in dependants.items():
        order = list(solved(dependant))
        calls = [each.call for each in order]
        if get_caller in calls:
            first = next(number for number, call in enumerate(calls) if call in CONNECTIONS)
            assert calls.index(get_caller) < first, name
            assert all(needs_connection(each) or each.call is get_caller for each in order[first:]), name
            with_key += 1
    assert with_key > 20
