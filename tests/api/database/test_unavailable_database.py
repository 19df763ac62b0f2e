"""A database that was started anew, or that takes nobody in, is no failure of the service."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from helpers.servers.service import PATIENCE_S
from sqlalchemy import event, literal_column, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import SOCKET_OPTIONS, build_engine, enable_keep_alive
from api.database.errors import is_database_away
from api.database.read_routing import Database

HANGING_UP = asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
ONE = select(literal_column("1").label("one"))
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"


async def test_connections_that_the_server_closed_are_replaced(own_tables: str, server: str) -> None:
    engine, other = build_engine(own_tables), build_engine(server)
    drivers = await _idle_connections(engine)
    async with other.connect() as connection:
        await connection.execute(text(OTHERS), {"name": engine.url.database})
    await _until_closed(drivers)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    assert (await Database(engine, engine).fetch_row(ONE, {}))["one"] == 1
    await engine.dispose()
    await other.dispose()


async def test_system_closes_a_connection_whose_server_has_vanished() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as connected,
    ):
        transport = SimpleNamespace(get_extra_info=lambda _: connected)
        enable_keep_alive(SimpleNamespace(driver_connection=SimpleNamespace(_transport=transport)))
        assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == SOCKET_OPTIONS["TCP_KEEPIDLE"]
    engine = build_engine("postgresql://x@127.0.0.1/x")
    assert event.contains(engine.sync_engine, "connect", enable_keep_alive)
    await engine.dispose()


async def _idle_connections(engine: AsyncEngine) -> list[Any]:
    connections = [await engine.connect() for _ in range(3)]
    for connection in connections:
        await connection.execute(text("SELECT 1"))
    drivers = [(await connection.get_raw_connection()).driver_connection for connection in connections]
    for connection in connections:
        await connection.close()
    return drivers


async def _until_closed(drivers: list[Any]) -> None:
    """Between the server's last message and its hanging up, a connection counts as open."""
    async with asyncio.timeout(PATIENCE_S):
        while not all(driver.is_closed() for driver in drivers):  # noqa: ASYNC110 - asyncpg tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("address", ["postgresql://x@127.0.0.1:1/x", "postgresql://x@/x?host=/nowhere"])
async def test_server_that_is_not_there_is_away(address: str) -> None:
    engine = build_engine(address)
    with pytest.raises(OperationalError):
        await Database(engine, engine).fetch_row(ONE, {})
    await engine.dispose()


async def test_database_that_is_not_there_is_a_mistake_of_the_operator(server: str) -> None:
    engine = build_engine(server)
    nowhere = build_engine(engine.url.set(database="nowhere").render_as_string(hide_password=False))
    with pytest.raises(SQLAlchemyError) as raised:
        await Database(nowhere, nowhere).fetch_row(ONE, {})
    assert not is_database_away(raised.value)
    await nowhere.dispose()
    await engine.dispose()


def as_sqlalchemy_has_it(error: Exception) -> Exception:
    """Its own, caused by the driver's."""
    translated = Exception(str(error))
    translated.__cause__ = error
    return translated


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (asyncpg.CannotConnectNowError("the database system is starting up"), True),
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), True),
        (asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (HANGING_UP, True),
        (DBAPIError("SELECT 1", None, as_sqlalchemy_has_it(HANGING_UP)), True),
        (asyncpg.RaiseError(f"somebody's words: {HANGING_UP}"), False),
        (asyncpg.InternalClientError("unhandled"), False),
        (ConnectionRefusedError(), True),
        (DBAPIError("SELECT 1", None, Exception("closed"), connection_invalidated=True), True),
        (asyncpg.DataError("invalid input for query argument $1"), False),
        (asyncpg.UniqueViolationError("duplicate key"), False),
        (ValueError(), False),
    ],
)
def test_unavailable_database_differs_from_misconfigured_one(error: Exception, away: bool) -> None:  # noqa: FBT001
    assert is_database_away(error) is away
