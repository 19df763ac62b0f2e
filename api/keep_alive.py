"""TCP keepalive for connections to a server that vanished silently, as in a power cut or behind a broken line."""

import socket
from typing import Any

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
