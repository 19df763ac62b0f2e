"""Whether the service is alive, and whether it has data to answer from."""

from collections.abc import AsyncIterator

import httpx
import pytest
from asking import COUNTRIES, POINTS, RESTRICTIONS, answer
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app


@pytest.fixture
async def empty_service(bare_engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A service whose database has our tables and nothing in them."""
    transport = httpx.ASGITransport(create_app(bare_engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_service_with_data_is_ready(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


async def test_a_service_without_data_is_alive_but_not_ready(empty_service: httpx.AsyncClient) -> None:
    live, ready = await empty_service.get("/health/live"), await empty_service.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()["status"]) == (503, "empty")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_nobody_keeps_an_answer_about_health(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [POINTS, RESTRICTIONS, COUNTRIES])
async def test_a_service_without_data_answers_with_nothing(empty_service: httpx.AsyncClient, path: str) -> None:
    page = await answer(empty_service, path)
    assert (page["features"], page["numberMatched"]) == ([], 0)
    assert (await empty_service.get(path, params={"f": "html"})).status_code == 200


@pytest.mark.parametrize("path", ["/", "/collections", "/regions", "/sources", "/codes"])
async def test_a_service_without_data_still_says_what_it_is(empty_service: httpx.AsyncClient, path: str) -> None:
    assert (await answer(empty_service, path))["links"]
