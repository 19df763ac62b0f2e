"""Serve HTTP on an existing database: check it, fill it if it is empty, then run uvicorn."""

import ctypes
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from api.answer_cache.front import Front
from api.answer_cache.kept_answers import KeptAnswers
from api.answer_cache.revisions import Revisions
from api.answering import Database
from api.app import ASKED_MOST, create_app, order_of
from api.cluster import PrivateCluster
from api.database import check_database, engine_for
from api.health import Health
from api.http.guarded import guarded
from api.large_posts.handing_on import LargePosts
from api.large_posts.process_apart import ProcessApart
from api.load.filling import fill
from api.mendable import Mendable
from api.server.connections import Connections
from api.server.counting_transport import bound_unsent_in_system
from api.server.graceful_server import server_for
from api.server.limits import connection_limits
from api.server.open_files import allow_connections
from api.server.supervisor import supervised
from api.settings import settings
from api.shortcut import Shortcut
from api.writers import Writers

console = Console(stderr=True)

# Constants of the GNU C library's malloc.h; other C libraries have no mallopt(). By default each thread gets an arena,
# which never returns its memory.
M_MMAP_THRESHOLD, LARGE_PIECE_BYTES = -3, 1024 * 1024
M_ARENA_MAX, ARENAS = -8, 1


class CannotListen(Mendable):
    """Address that cannot be listened on; the message is one line that names the address."""


def give_memory_back() -> None:
    """Configure the C library to return large blocks of memory to the system when they are freed, as it does at first.

    By default its threshold grows to the largest freed block: a worker that had sent the world held 100 MB more.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_PIECE_BYTES)
        mallopt(M_ARENA_MAX, ARENAS)


async def serve_http(address: str, cluster: PrivateCluster | None) -> None:
    """Serve the database at the address; `cluster` is its private cluster, if any."""
    give_memory_back()
    async with _database(address) as database, _replica() as replica, writers_on(address) as writers:
        await check_database(database.engine)
        await fill(address)
        cache = KeptAnswers(settings().crossings_cache_bytes)
        async with Revisions(database, cache.forget) as revisions, aclosing(ProcessApart(address)) as upload_worker:
            app = create_app(database.engine, database, replica, writers)
            front = Front(app, revisions, cache, Shortcut(app, ASKED_MOST, order_of(app)))
            async with supervised(cluster, app.state.health.liveness, settings().crossings_heal_timeout_s):
                await _http(guarded(LargePosts(front, upload_worker)), app.state.health)


@asynccontextmanager
async def _database(address: str) -> AsyncIterator[Database]:
    engine, answering = engine_to_serve(address), engine_to_serve(address, plan_cache_mode="force_generic_plan")
    through_pgbouncer, size = settings().crossings_through_pgbouncer, settings().crossings_pool_size
    # The pool may open twice its size.
    bounds = {"at_hand": size, "max_reading": 2 * size}
    database = Database(engine, answering, through_pgbouncer=through_pgbouncer, **bounds)
    try:
        yield database
    finally:
        database.at_hand.let_go()
        await engine.dispose()
        await answering.dispose()


@asynccontextmanager
async def _replica() -> AsyncIterator[Database | None]:
    address = settings().database_read_url
    if address is None:
        yield None
        return
    async with _database(address) as replica:
        yield replica


@asynccontextmanager
async def writers_on(address: str) -> AsyncIterator[Writers]:
    """Open the write transactions of the database, over a separate pool."""
    size = settings().crossings_writer_pool_size
    engine = engine_for(address, pool_size=size, max_overflow=0, pool_timeout=settings().crossings_pool_wait_s)
    try:
        yield Writers(engine)
    finally:
        await engine.dispose()


def engine_to_serve(address: str, **more: str) -> AsyncEngine:
    """Build an engine with the operator's settings; `more` holds settings of PostgreSQL."""
    timeout_ms = settings().crossings_statement_timeout_s * 1000
    return engine_for(
        address,
        pool_size=settings().crossings_pool_size,
        pool_timeout=settings().crossings_pool_wait_s,
        server_settings={"statement_timeout": str(timeout_ms), **more},
    )


def _listening() -> socket.socket:
    """Bind the socket to serve on, or raise CannotListen: uvicorn would log a port in use and exit with status 3."""
    host, port = settings().host, settings().port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}") from None


async def _http(app: ASGIApp, health: Health) -> None:
    listening = _listening()
    limits = connection_limits(allow_connections(settings().crossings_connections))
    bound_unsent_in_system(listening, limits.longest_stop_s)
    connections = Connections(limits)
    health.numbers["client_connections"] = connections.__len__
    health.numbers["unsent_bytes"] = connections.count_unsent_bytes
    host, port = settings().host, settings().port
    console.print(f"Crossings serves on http://{host}:{port} (Ctrl-C stops it)", highlight=False)
    async with connections.swept():
        await server_for(app, connections, settings().crossings_shutdown_grace_s).serve(sockets=[listening])
