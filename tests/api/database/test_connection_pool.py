"""Connections are kept at hand between statements, and none is lost."""

import asyncio
from typing import Any

import pytest
from helpers.servers.service import PATIENCE_S
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.database.read_routing import IdleConnections

MY_PROCESS = "SELECT pg_backend_pid()"


@pytest.fixture
async def engine(own_tables: str) -> Any:
    engine = build_engine(own_tables)
    yield engine
    await engine.dispose()


async def process_of(driver: Any) -> int:
    process: int = await driver.fetchval(MY_PROCESS)
    return process


def in_use(engine: AsyncEngine) -> int:
    pool: Any = engine.pool
    count: int = pool.checkedout()
    return count


async def test_next_statement_reuses_the_last_connection(engine: AsyncEngine) -> None:
    at_hand = IdleConnections(engine, 2)
    assert len({await at_hand.run_query(process_of) for _ in range(3)}) == 1
    assert in_use(engine) == 1
    at_hand.release_idle()
    assert in_use(engine) == 0


async def test_pool_uses_no_more_than_its_idle_connections(engine: AsyncEngine) -> None:
    at_hand = IdleConnections(engine, 2)
    processes = await asyncio.gather(*(at_hand.run_query(process_of) for _ in range(20)))
    assert len(set(processes)) <= 2
    at_hand.release_idle()


async def test_connection_that_failed_goes_back_to_the_pool(engine: AsyncEngine) -> None:
    at_hand = IdleConnections(engine, 2)

    async def fail(driver: Any) -> None:
        await driver.fetchval("SELECT 1 / 0")

    with pytest.raises(Exception, match="division by zero"):
        await at_hand.run_query(fail)
    assert in_use(engine) == 0
    assert await at_hand.run_query(process_of)
    at_hand.release_idle()


async def test_closed_connection_is_replaced(engine: AsyncEngine) -> None:
    at_hand = IdleConnections(engine, 2)
    first = await at_hand.run_query(process_of)
    drivers: list[Any] = []

    async def noted(driver: Any) -> None:
        drivers.append(driver)

    await at_hand.run_query(noted)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": first})
    async with asyncio.timeout(PATIENCE_S):
        while not drivers[0].is_closed():  # noqa: ASYNC110 - asyncpg tells nobody
            await asyncio.sleep(0.01)
    assert await at_hand.run_query(process_of) != first
    at_hand.release_idle()


async def test_waiter_that_gives_up_takes_no_connection_with_it(engine: AsyncEngine) -> None:
    at_hand = IdleConnections(engine, 1)

    async def sleep(driver: Any) -> None:
        await driver.fetchval("SELECT pg_sleep(0.2)")

    slow = asyncio.create_task(at_hand.run_query(sleep))
    waiting = asyncio.create_task(at_hand.run_query(process_of))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await slow
    async with asyncio.timeout(PATIENCE_S):
        assert await at_hand.run_query(process_of)
    at_hand.release_idle()


async def test_connection_is_returned_at_once_without_idle_connections(engine: AsyncEngine) -> None:
    at_hand = IdleConnections(engine, 0)
    await at_hand.run_query(process_of)
    assert in_use(engine) == 0
