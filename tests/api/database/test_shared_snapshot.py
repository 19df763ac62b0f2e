"""Questions asked at once, which all see the database as it was at one moment."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from conftest import create_database
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from api.database.shared_snapshot import run_concurrently

COUNT = text("SELECT count(*) FROM told")
PROCESS = text("SELECT pg_backend_pid()")
READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@pytest.fixture(scope="module")
def address(server: str) -> Iterator[str]:
    with create_database(server) as address:
        yield address


@pytest.fixture
async def engine(address: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(address)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS told"))
        await connection.execute(text("CREATE TABLE told AS SELECT 1 AS number"))
    yield engine
    await engine.dispose()


async def count(connection: AsyncConnection) -> int:
    return (await connection.execute(COUNT)).scalar_one()


async def process(connection: AsyncConnection) -> int:
    return (await connection.execute(PROCESS)).scalar_one()


async def test_all_readers_see_the_first_snapshot(engine: AsyncEngine) -> None:
    async with engine.execution_options(**READING).connect() as connection:
        assert await count(connection) == 1
        async with engine.begin() as writer:
            await writer.execute(text("INSERT INTO told VALUES (2)"))
        assert await run_concurrently(connection, count, count, count) == [1, 1, 1]


async def test_each_has_a_connection_of_its_own(engine: AsyncEngine) -> None:
    async with engine.execution_options(**READING).connect() as connection:
        assert len(set(await run_concurrently(connection, process, process, process))) == 3


async def test_writer_sees_its_own_writes(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO told VALUES (2)"))
        assert await run_concurrently(connection, count, count) == [2, 2]


async def test_failing_reader_ends_the_others(engine: AsyncEngine) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow(connection: AsyncConnection) -> None:
        begun.set()
        try:
            await connection.execute(text("SELECT pg_sleep(60)"))
        finally:
            ended.set()

    async def wrong(connection: AsyncConnection) -> None:
        await begun.wait()
        await connection.execute(text("SELECT 1 / 0"))

    async with engine.execution_options(**READING).connect() as connection:
        with pytest.raises(DBAPIError, match="division by zero"):
            await run_concurrently(connection, count, slow, wrong)
    assert ended.is_set()
