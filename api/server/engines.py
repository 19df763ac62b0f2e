"""Engines of a serving process: for reads, for reads from a replica and for writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.database.read_routing import Database
from api.database.write_queue import Writers
from api.settings import get_settings


@asynccontextmanager
async def open_database(address: str) -> AsyncIterator[Database]:
    engine, answering = (
        build_serving_engine(address),
        build_serving_engine(address, plan_cache_mode="force_generic_plan"),
    )
    through_pgbouncer, size = get_settings().crossings_through_pgbouncer, get_settings().crossings_pool_size
    # The pool may open twice its size.
    bounds = {"at_hand": size, "max_reading": 2 * size}
    database = Database(engine, answering, through_pgbouncer=through_pgbouncer, **bounds)
    try:
        yield database
    finally:
        database.idle_connections.release_idle()
        await engine.dispose()
        await answering.dispose()


@asynccontextmanager
async def open_replica() -> AsyncIterator[Database | None]:
    address = get_settings().database_read_url
    if address is None:
        yield None
        return
    async with open_database(address) as replica:
        yield replica


@asynccontextmanager
async def open_writers(address: str) -> AsyncIterator[Writers]:
    """Open the write transactions of the database, over a separate pool."""
    size = get_settings().crossings_writer_pool_size
    engine = build_engine(address, pool_size=size, max_overflow=0, pool_timeout=get_settings().crossings_pool_wait_s)
    try:
        yield Writers(engine)
    finally:
        await engine.dispose()


def build_serving_engine(address: str, **more: str) -> AsyncEngine:
    """Build an engine with the operator's settings; `more` holds settings of PostgreSQL."""
    timeout_ms = get_settings().crossings_statement_timeout_s * 1000
    return build_engine(
        address,
        pool_size=get_settings().crossings_pool_size,
        pool_timeout=get_settings().crossings_pool_wait_s,
        server_settings={"statement_timeout": str(timeout_ms), **more},
    )
