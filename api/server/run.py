"""Serve HTTP on an existing database: check it, fill it if it is empty, then run uvicorn."""

import asyncio
import logging
import socket
from contextlib import aclosing
from functools import partial
from typing import Any

import uvicorn
from rich.console import Console
from starlette.types import ASGIApp

from api.database.embedded.cluster import PrivateCluster
from api.database.embedded.supervisor import run_supervisor
from api.database.engine import check_database
from api.exceptions import UserError
from api.http.guard import guard_app
from api.imports.seed_data import seed_database
from api.main import create_app
from api.pages.health import Health
from api.server.client_connection import ClientConnection
from api.server.connections import Connections
from api.server.engines import open_database, open_replica, open_writers
from api.server.fast_routes import build_fast_router
from api.server.limits import allow_connections, configure_malloc, read_connection_limits
from api.server.response_cache.middleware import ResponseCache, build_response_store
from api.server.response_cache.revision_watcher import RevisionWatcher
from api.server.transport import bound_unsent_in_system
from api.server.upload_worker.proxy import UploadProxy, UploadWorker
from api.settings import get_settings

log = logging.getLogger(__name__)
# Time for requests to end after their clients were aborted; then they are cancelled.
ABORT_GRACE_S = 0.3
# Time for the application to close its connections and tasks.
CLOSE_TIMEOUT_S = 1.5


def build_server(app: ASGIApp, connections: Connections, grace_s: float) -> "GracefulServer":
    """Build a server of the application with the limits of `connections`, which the caller has to sweep."""
    protocol: Any = partial(ClientConnection, connections)
    # Not uvicorn's proxy headers: see `TrustedProxies` in api/http/guard.py.
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


console = Console(stderr=True)


class CannotListen(UserError):
    """Address that cannot be listened on; the message is one line that names the address."""


async def serve_http(address: str, cluster: PrivateCluster | None) -> None:
    """Serve the database at the address; `cluster` is its private cluster, if any."""
    configure_malloc()
    async with open_database(address) as database, open_replica() as replica, open_writers(address) as writers:
        await check_database(database.engine)
        await seed_database(address)
        store = build_response_store(get_settings().crossings_cache_bytes)
        async with (
            RevisionWatcher(database, store.clear) as revisions,
            aclosing(UploadWorker(address)) as upload_worker,
        ):
            app = create_app(database.engine, database, replica, writers)
            cache = ResponseCache(UploadProxy(app, upload_worker), revisions, store, build_fast_router(app))
            async with run_supervisor(cluster, app.state.health.liveness, get_settings().crossings_heal_timeout_s):
                await _serve_app(guard_app(cache), app.state.health)


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
