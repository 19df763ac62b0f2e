"""Stopping: what is under way is finished, within a time that no client can lengthen."""

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
# For applications to end after their clients were let go; then they are cancelled.
AFTER_ABORT_S = 0.3
# For the application to close its connections and tasks.
CLOSING_S = 1.5


def server_for(app: ASGIApp, connections: Connections, grace_s: float) -> "GracefulServer":
    """A server of the application whose connections keep the limits of `connections`, which has to be swept."""
    protocol: Any = partial(ClientConnection, connections)
    # Proxies are ours to trust or not: see api/http/trusted_proxies.py.
    told: dict[str, Any] = {"ws": "none", "log_level": "warning", "access_log": False, "proxy_headers": False}
    config = uvicorn.Config(app, http=protocol, **told)
    return GracefulServer(config, connections, grace_s)


class GracefulServer(uvicorn.Server):
    """A server that aborts every connection still open `grace_s` seconds after it was asked to stop."""

    def __init__(self, config: uvicorn.Config, connections: Connections, grace_s: float) -> None:
        super().__init__(config)
        limit: Any = grace_s + AFTER_ABORT_S
        config.timeout_graceful_shutdown = limit
        self._connections = connections
        self._grace_s = grace_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        abort = asyncio.get_running_loop().call_later(self._grace_s, self._connections.abort_all)
        try:
            async with asyncio.timeout(self._grace_s + AFTER_ABORT_S + CLOSING_S):
                await super().shutdown(sockets)
        except TimeoutError:
            log.warning("the application did not close within %s s", CLOSING_S)
        finally:
            abort.cancel()
