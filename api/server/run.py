"""Serve HTTP on an existing database: check it, fill it if it is empty, then run uvicorn."""

import asyncio
import ctypes
import logging
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from api.database.embedded.cluster import PrivateCluster
from api.database.embedded.supervisor import run_supervisor
from api.database.engine import build_engine, check_database
from api.database.read_routing import Database
from api.database.write_queue import Writers
from api.exceptions import UserError
from api.http.security_headers import guard_app
from api.imports.seed import seed_database
from api.main import FAST_ROUTES, build_read_throttle, create_app
from api.pages.health import Health
from api.server.client_connection import ClientConnection
from api.server.connections import Connections
from api.server.counting_transport import bound_unsent_in_system
from api.server.fast_routes import FastRouter
from api.server.limits import read_connection_limits
from api.server.response_cache.middleware import ResponseCache
from api.server.response_cache.revision_watcher import RevisionWatcher
from api.server.response_cache.store import ResponseStore
from api.server.upload_worker.proxy import UploadProxy
from api.server.upload_worker.supervisor import UploadWorker
from api.settings import get_settings

log = logging.getLogger(__name__)
# Time for requests to end after their clients were aborted; then they are cancelled.
ABORT_GRACE_S = 0.3
# Time for the application to close its connections and tasks.
CLOSE_TIMEOUT_S = 1.5


def build_server(app: ASGIApp, connections: Connections, grace_s: float) -> "GracefulServer":
    """Build a server of the application with the limits of `connections`, which the caller has to sweep."""
    protocol: Any = partial(ClientConnection, connections)
    # Not uvicorn's proxy headers: see api/http/trusted_proxies.py.
    options: dict[str, Any] = {"ws": "none", "log_level": "warning", "access_log": False, "proxy_headers": False}
    config = uvicorn.Config(app, http=protocol, **options)
    return GracefulServer(config, connections, grace_s)


class GracefulServer(uvicorn.Server):
    """Server that aborts every open connection `grace_s` seconds after a request to stop."""

    def __init__(self, config: uvicorn.Config, connections: Connections, grace_s: float) -> None:
        super().__init__(config)
        limit: Any = grace_s + ABORT_GRACE_S
        config.timeout_graceful_shutdown = limit
        self._connections = connections
        self._grace_s = grace_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        abort = asyncio.get_running_loop().call_later(self._grace_s, self._connections.abort_all)
        try:
            async with asyncio.timeout(self._grace_s + ABORT_GRACE_S + CLOSE_TIMEOUT_S):
                await super().shutdown(sockets)
        except TimeoutError:
            log.warning("the application did not close within %s s", CLOSE_TIMEOUT_S)
        finally:
            abort.cancel()


# A response from a file has the file open beside its socket.
FILES_PER_CONNECTION = 2
# Connections to PostgreSQL, pipes to other processes, the interpreter's own files.
OTHER_FILES = 300


def allow_connections(wanted: int) -> int:
    """Increase the limit on open files for `wanted` connections, as far as allowed; return the number possible."""
    needed = wanted * FILES_PER_CONNECTION + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, (soft - OTHER_FILES) // FILES_PER_CONNECTION))


console = Console(stderr=True)

# Constants of the GNU C library's malloc.h; other C libraries have no mallopt(). By default each thread gets an arena,
# which never returns its memory.
M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES = -3, 1024 * 1024
M_ARENA_MAX, MAX_ARENAS = -8, 1


class CannotListen(UserError):
    """Address that cannot be listened on; the message is one line that names the address."""


def configure_malloc() -> None:
    """Configure the C library to return large blocks of memory to the system when they are freed, as it does at first.

    By default its threshold grows to the largest freed block: a worker that had sent the world held 100 MB more.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
        mallopt(M_ARENA_MAX, MAX_ARENAS)


async def serve_http(address: str, cluster: PrivateCluster | None) -> None:
    """Serve the database at the address; `cluster` is its private cluster, if any."""
    configure_malloc()
    async with _open_database(address) as database, _open_replica() as replica, open_writers(address) as writers:
        await check_database(database.engine)
        await seed_database(address)
        cache = ResponseStore(get_settings().crossings_cache_bytes)
        async with (
            RevisionWatcher(database, cache.forget) as revisions,
            aclosing(UploadWorker(address)) as upload_worker,
        ):
            app = create_app(database.engine, database, replica, writers)
            front = ResponseCache(app, revisions, cache, FastRouter(app, FAST_ROUTES, build_read_throttle(app)))
            async with run_supervisor(cluster, app.state.health.liveness, get_settings().crossings_heal_timeout_s):
                await _serve_app(guard_app(UploadProxy(front, upload_worker)), app.state.health)


@asynccontextmanager
async def _open_database(address: str) -> AsyncIterator[Database]:
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
async def _open_replica() -> AsyncIterator[Database | None]:
    address = get_settings().database_read_url
    if address is None:
        yield None
        return
    async with _open_database(address) as replica:
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


def _bind_socket() -> socket.socket:
    """Bind the socket to serve on, or raise CannotListen: uvicorn would log a port in use and exit with status 3."""
    host, port = get_settings().host, get_settings().port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}") from None


async def _serve_app(app: ASGIApp, health: Health) -> None:
    listening = _bind_socket()
    limits = read_connection_limits(allow_connections(get_settings().crossings_connections))
    bound_unsent_in_system(listening, limits.max_stop_s)
    connections = Connections(limits)
    health.numbers["client_connections"] = connections.__len__
    health.numbers["unsent_bytes"] = connections.count_unsent_bytes
    host, port = get_settings().host, get_settings().port
    console.print(f"Crossings is running on http://{host}:{port} (press Ctrl-C to stop)", highlight=False)
    async with connections.run_sweeps():
        await build_server(app, connections, get_settings().crossings_shutdown_grace_s).serve(sockets=[listening])
