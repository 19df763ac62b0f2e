"""Whether the service is alive, and whether it has data to answer from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, get_json
from helpers.servers.service import reserve_port
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.main import create_app

OF_HEALTH = "FROM pg_stat_activity WHERE application_name = 'crossings health' AND datname = current_database()"
CONNECTIONS_OF_HEALTH = text(f"SELECT count(*) {OF_HEALTH}")
END_CONNECTIONS_OF_HEALTH = text(f"SELECT pg_terminate_backend(pid) {OF_HEALTH}")


@pytest.fixture
async def empty_service(bare_engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A service whose database has our tables and nothing in them."""
    async with served_in_process(create_app(bare_engine)) as client:
        yield client


@asynccontextmanager
async def served_in_process(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client
    await app.state.health.database.aclose()


@asynccontextmanager
async def port_that_never_answers() -> AsyncIterator[int]:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_service_with_data_is_ready(client: httpx.AsyncClient) -> None:
    response = await client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (200, "ready")


async def test_readiness_is_known_when_all_pools_are_used_up(shipped_database: str) -> None:
    engine = build_engine(shipped_database, pool_size=1)
    async with served_in_process(create_app(engine)) as client, engine.connect(), engine.connect():
        response = await client.get("/health/ready")
        assert (response.status_code, response.json()["numbers"]["pool_connections_in_use"]) == (200, 2)
    await engine.dispose()


async def test_database_that_is_not_reached_is_named_within_seconds() -> None:
    engine = build_engine(f"postgresql://nobody@127.0.0.1:{reserve_port()}/nothing")
    async with served_in_process(create_app(engine)) as client:
        response = await client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "database away")
    assert "nobody" not in response.text


async def test_database_that_does_not_answer_is_named_within_seconds() -> None:
    async with port_that_never_answers() as port:
        engine = build_engine(f"postgresql://nobody@127.0.0.1:{port}/nothing")
        async with served_in_process(create_app(engine)) as client, asyncio.timeout(20):
            response = await client.get("/health/ready")
        assert (response.status_code, response.json()["status"]) == (503, "database too slow")


async def test_server_that_refuses_connections_is_named(server: str) -> None:
    engine = build_engine(make_url(server).set(database="not_made").render_as_string(hide_password=False))
    async with served_in_process(create_app(engine)) as client:
        response = await client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "database away")


async def test_requests_at_the_same_time_share_one_connection(
    client: httpx.AsyncClient, shipped_engine: AsyncEngine
) -> None:
    answers = await asyncio.gather(*(client.get("/health/ready") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    async with shipped_engine.connect() as connection:
        assert await connection.scalar(CONNECTIONS_OF_HEALTH) == 1


async def test_connection_that_was_lost_is_opened_again(client: httpx.AsyncClient, shipped_engine: AsyncEngine) -> None:
    await client.get("/health/ready")
    async with shipped_engine.connect() as connection:
        await connection.execute(END_CONNECTIONS_OF_HEALTH)
    assert (await client.get("/health/ready")).status_code == 200


async def test_part_that_cannot_heal_makes_the_service_not_alive(shipped_engine: AsyncEngine) -> None:
    app = create_app(shipped_engine)
    app.state.health.liveness += [lambda: None, lambda: "the database does not start"]
    async with served_in_process(app) as client:
        response = await client.get("/health/live")
    assert (response.status_code, response.json()["detail"]) == (503, "the database does not start")


async def test_part_adds_its_figure_to_readiness(shipped_engine: AsyncEngine) -> None:
    app = create_app(shipped_engine)
    app.state.health.numbers["queue_length"] = lambda: 7
    async with served_in_process(app) as client:
        assert (await client.get("/health/ready")).json()["numbers"]["queue_length"] == 7


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_health_is_answered_to_head(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.head(path)).status_code == 200


async def test_service_without_data_is_alive_but_not_ready(empty_service: httpx.AsyncClient) -> None:
    live, ready = await empty_service.get("/health/live"), await empty_service.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()["status"]) == (503, "empty")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_health_responses_are_not_cached(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [POINTS, RESTRICTIONS, COUNTRIES])
async def test_service_without_data_answers_with_nothing(empty_service: httpx.AsyncClient, path: str) -> None:
    page = await get_json(empty_service, path)
    assert (page["features"], page["numberMatched"]) == ([], 0)
    assert (await empty_service.get(path, params={"f": "html"})).status_code == 200


@pytest.mark.parametrize("path", ["/", "/collections", "/regions", "/sources", "/codes"])
async def test_service_without_data_has_a_landing_page(empty_service: httpx.AsyncClient, path: str) -> None:
    assert (await get_json(empty_service, path))["links"]
