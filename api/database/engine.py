"""The engine for PostgreSQL, and checks that the database can be used."""

import socket
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from api.database.migrations import fetch_migration, list_migrations
from api.exceptions import UserError
from api.settings import get_settings

# Linux's names; other systems have some of them. Without these options a connection to a vanished server counts as
# open for two hours, and a statement waits for a quarter of an hour.
SOCKET_OPTIONS = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}


def enable_keep_alive(connection: Any, *_: object) -> None:  # noqa: ANN401 - SQLAlchemy's, around the driver's
    """Set options so that the system closes a new connection within half a minute of its server's last sign of life."""
    transport = connection.driver_connection._transport  # noqa: SLF001 - asyncpg has no way to set it
    connected: socket.socket = transport.get_extra_info("socket")
    if connected.family == socket.AF_UNIX:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in SOCKET_OPTIONS.items():
        if hasattr(socket, name):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


MIN_POSTGRESQL = 150000
MIN_POSTGIS = (3, 3)
CONNECTION_SETTINGS = {
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",
    "application_name": "crossings",
    # The format of days in answers: see geo/sql_json.py.
    "datestyle": "ISO",
}
REQUIRED_EXTENSIONS = ("postgis", "btree_gist")
# Prepared statements of one connection. PostgreSQL takes 1.6 MB for the plan of a large statement: a client with ever
# new shapes of filters took 170 MB on each connection with the driver's default of 100.
MAX_PREPARED_STATEMENTS = 40
# Statements whose tree and text SQLAlchemy caches, for each engine; it may exceed the number by half.
MAX_COMPILED_STATEMENTS = 80


class DatabaseNotReady(UserError):
    """Database that cannot be used yet; the message is one line with the remedy."""


def build_asyncpg_url(address: str) -> URL:
    """Return the URL for SQLAlchemy on asyncpg, from the formats of libpq, Heroku and SQLAlchemy.

    libpq's `sslmode` becomes asyncpg's `ssl`. Raises DatabaseNotReady for other addresses.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise DatabaseNotReady("DATABASE_URL is not an address like postgresql://user:password@host/database") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise DatabaseNotReady(f"DATABASE_URL is not a PostgreSQL address: {url.render_as_string()}")
    query: dict[str, Any] = dict(url.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)


def build_engine(
    address: str,
    *,
    pool_size: int = 10,
    server_settings: Mapping[str, str] | None = None,
    **pool: float,
) -> AsyncEngine:
    """Build an engine for the database. `pool` holds further settings of SQLAlchemy's pool.

    JIT costs more than it gains on statements of milliseconds. A generic plan cannot distinguish a filter by a country
    from the whole world: it took 7 ms where a plan for the values took half a millisecond.
    PgBouncer in transaction mode gives each transaction another server: prepared statements have unique names there,
    and the operator configures the server (docs/scaling.md).
    """
    connect_args: dict[str, Any] = {
        "server_settings": {**CONNECTION_SETTINGS, **(server_settings or {})},
        # No limit: by default asyncpg plans statements above 15 kB each time, in 7 ms for an answer of 1 ms.
        "max_cacheable_statement_size": 0,
        "statement_cache_size": MAX_PREPARED_STATEMENTS,
        "prepared_statement_cache_size": MAX_PREPARED_STATEMENTS,
    }
    if get_settings().crossings_through_pgbouncer:
        connect_args = {
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"crossings_{uuid4().hex}",
        }
    engine = create_async_engine(
        build_asyncpg_url(address),
        pool_size=pool_size,
        query_cache_size=MAX_COMPILED_STATEMENTS,
        **{"max_overflow": pool_size} | pool,
        # The server process of the most recently used connection has its memory in the caches.
        pool_use_lifo=True,
        connect_args=connect_args,
    )
    event.listen(engine.sync_engine, "connect", enable_keep_alive)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, *_: object) -> None:  # noqa: ANN401 - SQLAlchemy's, around the driver's
    """Raise DisconnectionError if the server closed the connection, as in a restart, so that the pool replaces it."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def check_database(engine: AsyncEngine) -> None:
    """Check that the service can run on this database, or raise DatabaseNotReady with one line."""
    await check_server(engine)
    async with engine.connect() as connection:
        await _check_schema(connection)


async def check_server(engine: AsyncEngine, *, extensions: Sequence[str] = REQUIRED_EXTENSIONS) -> None:
    """Check that the server is reachable, new enough and has the extensions, or raise DatabaseNotReady."""
    try:
        async with engine.connect() as connection:
            await _check_version(connection)
            for extension in extensions:
                await _check_extension(connection, extension)
    except (OSError, DBAPIError) as error:
        address = engine.url.render_as_string()
        raise DatabaseNotReady(f"cannot reach PostgreSQL at {address}: {_get_first_line(error)}") from error


async def _check_version(connection: AsyncConnection) -> None:
    number = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
    if number < MIN_POSTGRESQL:
        raise DatabaseNotReady(f"PostgreSQL {number // 10000} is too old: 15 or newer is needed")


async def _check_extension(connection: AsyncConnection, name: str) -> None:
    statement = text("SELECT extversion FROM pg_extension WHERE extname = :name")
    version = (await connection.execute(statement, {"name": name})).scalar_one_or_none()
    if version is None:
        raise DatabaseNotReady(
            f"the extension {name} is missing: run `crossings migrate`, or as a superuser"
            f" `CREATE EXTENSION {name}` in database {connection.engine.url.database}"
        )
    if name == "postgis" and tuple(int(part) for part in version.split(".")[:2]) < MIN_POSTGIS:
        raise DatabaseNotReady(f"PostGIS {version} is too old: 3.3 or newer is needed")


async def _check_schema(connection: AsyncConnection) -> None:
    names, current = list_migrations(), await fetch_migration(connection)
    if not names:
        raise DatabaseNotReady("the program's migrations are missing")
    if current is not None and current not in names:
        raise DatabaseNotReady(f"the database is at migration {current}, newer than this program: update the program")
    if current != names[-1]:
        raise DatabaseNotReady(
            f"the database is at migration {current or 'none'}, the program needs {names[-1]}: run `crossings migrate`"
        )


def _get_first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause.__cause__ or cause).strip().splitlines()[0]
