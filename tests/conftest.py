"""A real PostgreSQL with PostGIS for every test.

The server is that of DATABASE_URL, or a private one that lives as long as the run. On it the run makes databases
of its own names and drops only those.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Executable, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.app import create_app
from api.cluster import PrivateCluster
from api.database import asyncpg_url, engine_for
from api.key_use import all_uses_noted
from api.load.shipped import load_shipped
from api.prepared import as_sqlalchemy, prepared, row_of
from api.serve import migrate_database
from api.writers import Writers

# A test's database may be lost with the power; it is gone after the run anyway.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of a database on the server that tests may use."""
    if address := os.environ.get("DATABASE_URL"):
        yield address
        return
    # Not pytest's own directory: as root that one is closed to the user who runs PostgreSQL.
    with (
        TemporaryDirectory(prefix="crossings-") as directory,
        PrivateCluster(Path(directory), FAST).running() as address,
    ):
        yield address


@contextmanager
def own_database(server: str, *, template: str = "template1") -> Iterator[str]:
    """Address of a new database, dropped when the block ends: never drop what we did not create."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield asyncpg_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: str, statement: str) -> None:
    async def run() -> None:
        engine = engine_for(server).execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())


@pytest.fixture(scope="session")
def empty_database(server: str) -> Iterator[str]:
    """Address of a database without any table."""
    with own_database(server) as address:
        yield address


@pytest.fixture(scope="session")
def migrated_database(server: str) -> Iterator[str]:
    """Address of a database with our tables and nothing in them; tests roll back what they write."""
    with own_database(server) as address:
        migrate_database(address)
        yield address


@pytest.fixture(scope="module")
def own_tables(server: str) -> Iterator[str]:
    """Address of a database with our tables, in which the tests of a file may commit changes."""
    with own_database(server) as address:
        migrate_database(address)
        yield address


@pytest.fixture(scope="session")
def shipped_database(server: str) -> Iterator[str]:
    """Address of a database with the shipped data; tests roll back what they write.

    PostgreSQL does not count meanwhile what is rolled back: how it answered then depended on when it had.
    """
    with own_database(server) as address:
        migrate_database(address)
        asyncio.run(_load(address))
        for table in ("restriction", "assessment"):
            _run(address, f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        yield address


async def _load(address: str) -> None:
    engine = engine_for(address)
    await load_shipped(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
async def shipped_engine(shipped_database: str) -> AsyncIterator[AsyncEngine]:
    engine = engine_for(shipped_database)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
async def at_rest(shipped_database: str, shipped_engine: AsyncEngine) -> str:
    """The shipped database with nobody connected to it, as one has to be that is copied."""
    await shipped_engine.dispose()
    return shipped_database


@pytest.fixture(scope="module")
def copied(server: str, at_rest: str) -> Iterator[str]:
    """Address of a copy of the shipped database, in which the tests of a file may commit changes."""
    with own_database(server, template=str(make_url(at_rest).database)) as address:
        yield address


@pytest.fixture(scope="session")
async def bare_engine(migrated_database: str) -> AsyncIterator[AsyncEngine]:
    engine = engine_for(migrated_database)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def undone(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that is rolled back at the end."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
async def database(bare_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to our empty tables whose work is undone when the test ends."""
    async with undone(bare_engine) as connection:
        yield connection


@pytest.fixture
async def shipped(shipped_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to the shipped data whose work is undone when the test ends."""
    async with undone(shipped_engine) as connection:
        yield connection


@pytest.fixture
async def counted(copied: str) -> AsyncIterator[AsyncConnection]:
    """Like `shipped`, in a copy: for tests that have PostgreSQL count their rows, which nothing undoes."""
    engine = engine_for(copied)
    async with undone(engine) as connection:
        yield connection
    await engine.dispose()


class InTransaction:
    """Answers of the transaction of a test."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def row(self, statement: Executable, values: Mapping[str, Any]) -> Any:
        """As the service asks for it, and in a savepoint: a statement that fails would else end the transaction."""
        async with self.connection.begin_nested():
            raw = (await self.connection.get_raw_connection()).driver_connection
            with as_sqlalchemy(prepared(statement)):
                return await row_of(raw, prepared(statement), values)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        yield self.connection


class WritersInTransaction(Writers):
    """Writes into the transaction of a test; one that fails undoes only its own."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection.engine)
        self.connection = connection

    @asynccontextmanager
    async def publish(self, *_: object) -> AsyncIterator[AsyncConnection]:
        async with self.connection.begin_nested():
            yield self.connection

    change = publish

    @asynccontextmanager
    async def check(self, *_: object) -> AsyncIterator[AsyncConnection]:
        yield self.connection


def app_in_transaction(connection: AsyncConnection) -> FastAPI:
    """The service on the transaction of a test."""
    return create_app(connection.engine, InTransaction(connection), writers=WritersInTransaction(connection))


@pytest.fixture
async def client(shipped: AsyncConnection) -> AsyncIterator[httpx.AsyncClient]:
    """Requests see, and are seen by, the same transaction as the test; one that fails undoes only its own writes."""
    transport = httpx.ASGITransport(app_in_transaction(shipped))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await all_uses_noted()
