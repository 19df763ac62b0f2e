"""Methods of every path: `Allow` of 405 and of OPTIONS, and HEAD wherever GET is."""

import httpx
import pytest
from fastapi import FastAPI
from helpers.http import COUNTRIES, POINTS
from helpers.operations.routes import list_methods_and_paths
from helpers.operations.walk import IN_PATH, PLACES
from sqlalchemy.ext.asyncio import AsyncEngine

from api.main import create_app


@pytest.fixture
def app(shipped_engine: AsyncEngine) -> FastAPI:
    return create_app(shipped_engine)


def methods_by_path(app: FastAPI) -> dict[str, set[str]]:
    """The methods of the routes by their path, without those of items, which differ by collection."""
    found: dict[str, set[str]] = {}
    for method, path in list_methods_and_paths(app.routes):
        if not path.startswith("/collections/{collection_id}/items"):
            found.setdefault(path, set()).add(method)
    return found


def test_every_path_that_has_get_has_head(app: FastAPI) -> None:
    assert [path for path, methods in methods_by_path(app).items() if "GET" in methods and "HEAD" not in methods] == []


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
async def test_allow_lists_the_methods_of_all_routes_of_a_path(
    client: httpx.AsyncClient, app: FastAPI, method: str
) -> None:
    for path, methods in methods_by_path(app).items():
        address = IN_PATH.sub(lambda found: PLACES.get(found[1], "1"), path)
        response = await client.request(method, address)
        assert response.status_code == (204 if method == "OPTIONS" else 405), address
        assert set(response.headers["allow"].split(", ")) == methods | {"OPTIONS"}, address


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", POINTS, "GET, HEAD, OPTIONS, POST"),
        ("PUT", COUNTRIES, "GET, HEAD, OPTIONS"),
        ("POST", f"{POINTS}/OA-4610", "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"),
        ("POST", f"{COUNTRIES}/SRB", "GET, HEAD, OPTIONS"),
        ("PUT", "/submissions", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/offices/serbia", "GET, HEAD, OPTIONS, PATCH"),
        ("DELETE", "/points-of-entry/proposed", "GET, HEAD, OPTIONS"),
        ("POST", "/static/map.js", "GET, HEAD, OPTIONS"),
        ("DELETE", "/health/ready", "GET, HEAD, OPTIONS"),
    ],
)
async def test_unsupported_method_returns_allowed_methods(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)
    assert allowed in response.json()["detail"]


async def test_options_of_nothing_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.options("/nowhere")).status_code == 404
