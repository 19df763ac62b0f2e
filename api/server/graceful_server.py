"""Server that stops gracefully: it finishes current requests within a time that clients cannot extend."""

import asyncio
import logging
import socket
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.server.client_connection import ClientConnection
from api.server.connections import Connections

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
