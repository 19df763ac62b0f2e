"""A real PostgreSQL with PostGIS for every test.

The server is that of DATABASE_URL, or a private one that lives as long as the run. On it the run makes databases
of its own names and drops only those.
"""

import asyncio
import datetime as dt
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
from helpers.kinds import mark_kind
from helpers.servers.clients import CLIENTS, is_missing
from hypothesis import HealthCheck, settings
from sqlalchemy import Executable, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.auth.last_used import wait_for_key_uses
from api.database.embedded.cluster import PrivateCluster
from api.database.engine import build_asyncpg_url, build_engine
from api.database.prepared_statements import ShapedQuery, fetch_row, prepare_statement, translate_driver_errors
from api.database.read_routing import wait_for_row
from api.database.write_queue import Writers
from api.imports.seed_data import BASE_FILES, RESTRICTION_FILES, load_seed_data
from api.main import create_app
from api.server.lifecycle import migrate_database
from models.tables.imported_file import ImportedFile

# Processes with the same data directory share their slots for heavy work: those of other runs are not ours to wait for.
DATA = TemporaryDirectory(prefix="test-data-")
os.environ["CROSSINGS_DATA_DIR"] = DATA.name
# A test's database may be lost with the power; it is gone after the run anyway. Plans hang on when PostgreSQL last
# counted the rows of a table: it counts when it is told to, and not when it finds the time.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

# A busy machine gives a test no turn for a second: hypothesis took that for an example that is slow, and failed it.
settings.register_profile("of any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("of any machine")


def pytest_itemcollected(item: pytest.Function) -> None:
    """Mark each test by its kind, for `pytest -m`."""
    mark_kind(item)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail tests whose clients are missing: see `clients.needs`."""
    for client in (name for mark in item.iter_markers("needs_clients") for name in mark.args):
        if is_missing(client):
            pytest.fail(f"{client} is missing: apt-get install {CLIENTS[client].packages}", pytrace=False)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of a database on the server that tests may use."""
    if address := os.environ.get("DATABASE_URL"):
        yield address
        return
    # Not pytest's own directory: as root that one is closed to the user who runs PostgreSQL.
    with (
        TemporaryDirectory(prefix="crossings-") as directory,
        PrivateCluster(Path(directory), FAST).run_server() as address,
    ):
        yield address


@contextmanager
def create_database(server: str, *, template: str = "template1") -> Iterator[str]:
    """Address of a new database, dropped when the block ends: never drop what we did not create."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield build_asyncpg_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: str, statement: str) -> None:
    async def run() -> None:
        engine = build_engine(server).execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())


@pytest.fixture(scope="session")
def empty_database(server: str) -> Iterator[str]:
    """Address of a database without any table."""
    with create_database(server) as address:
        yield address


@pytest.fixture(scope="session")
def migrated_database(server: str) -> Iterator[str]:
    """Address of a database with our tables and nothing in them; tests roll back what they write."""
    with create_database(server) as address:
        migrate_database(address)
        yield address


@pytest.fixture(scope="module")
def own_tables(server: str) -> Iterator[str]:
    """Address of a database with our tables, in which the tests of a file may commit changes."""
    with create_database(server) as address:
        migrate_database(address)
        yield address


@pytest.fixture(scope="module")
def unused_database(server: str) -> Iterator[str]:
    """The name of a database with our tables, to be copied: migrating one for each test takes longer than the tests."""
    with create_database(server) as address:
        migrate_database(address)
        yield str(build_asyncpg_url(address).database)


@pytest.fixture
def database_of_its_own(server: str, unused_database: str) -> Iterator[str]:
    """A database for what is committed."""
    with create_database(server, template=unused_database) as address:
        yield address


@pytest.fixture(scope="session")
def untouched(server: str) -> Iterator[str]:
    """Name of a database with the shipped data, to be copied: nobody connects to it, so all copies are the same."""
    with create_database(server) as address:
        migrate_database(address)
        # Also on a server that is not ours, and in each copy.
        _run(
            address,
            "DO $$ DECLARE t regclass; BEGIN "
            "FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP "
            "EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', t); END LOOP; END $$",
        )
        asyncio.run(_load(address))
        yield str(build_asyncpg_url(address).database)


@pytest.fixture(scope="session")
def shipped_database(server: str, untouched: str) -> Iterator[str]:
    """Address of a database with the shipped data; tests roll back what they write."""
    with create_database(server, template=untouched) as address:
        yield address


async def _load(address: str) -> None:
    engine = build_engine(address)
    # Restrictions come apart: most tests say themselves what held where.
    await load_seed_data(engine, files=BASE_FILES)
    async with engine.begin() as connection:
        # Else a service that starts on a copy loads them. A command can: no file has such a digest.
        about = {"row_count": 0, "recorded_at": dt.datetime.now(dt.UTC)}
        left_out = [
            {"kind": each.kind, "digest": each.name, "name": Path(each.name).name} for each in RESTRICTION_FILES
        ]
        await connection.execute(insert(ImportedFile), [about | file for file in left_out])
    await engine.dispose()


@pytest.fixture(scope="session")
async def shipped_engine(shipped_database: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(shipped_database)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
def copied(server: str, untouched: str) -> Iterator[str]:
    """Address of a copy of the shipped database, in which the tests of a file may commit changes."""
    with create_database(server, template=untouched) as address:
        yield address


@pytest.fixture(scope="session")
async def bare_engine(migrated_database: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(migrated_database)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def roll_back(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that is rolled back at the end."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
async def database(bare_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to our empty tables whose work is undone when the test ends."""
    async with roll_back(bare_engine) as connection:
        yield connection


@pytest.fixture
async def shipped(shipped_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to the shipped data whose work is undone when the test ends."""
    async with roll_back(shipped_engine) as connection:
        yield connection


@pytest.fixture
def own_copy(server: str, untouched: str) -> Iterator[str]:
    """Address of a copy of the shipped database for one test."""
    with create_database(server, template=untouched) as address:
        yield address


@pytest.fixture
async def counted(own_copy: str) -> AsyncIterator[AsyncConnection]:
    """Like `shipped`, in a copy of its own: for tests about plans.

    Plans hang on what PostgreSQL has counted, which nothing undoes, and on the size of files, in which rows of tests
    that were undone stay.
    """
    engine = build_engine(own_copy)
    async with roll_back(engine) as connection:
        yield connection
    await engine.dispose()


class InTransaction:
    """Answers of the transaction of a test."""

    active_queries = 0

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def fetch_row(
        self, statement: Executable | ShapedQuery, values: Mapping[str, Any], *, time_limit_s: float | None = None
    ) -> Any:
        """As the service asks for it, and in a savepoint: a statement that fails would else end the transaction."""
        text = await prepare_statement(statement)
        async with self.connection.begin_nested():
            raw = (await self.connection.get_raw_connection()).driver_connection
            with translate_driver_errors(text):
                return await wait_for_row(time_limit_s, fetch_row(raw, text, values))

    @asynccontextmanager
    async def open_read_connection(self) -> AsyncIterator[AsyncConnection]:
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


def create_app_in_transaction(connection: AsyncConnection) -> FastAPI:
    """The service on the transaction of a test."""
    return create_app(connection.engine, InTransaction(connection), writers=WritersInTransaction(connection))


@pytest.fixture
async def client(shipped: AsyncConnection) -> AsyncIterator[httpx.AsyncClient]:
    """Requests see, and are seen by, the same transaction as the test; one that fails undoes only its own writes."""
    app = create_app_in_transaction(shipped)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await app.state.health.database.aclose()
    await wait_for_key_uses()
